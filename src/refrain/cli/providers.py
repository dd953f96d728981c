"""`refrain providers`: who answers for a model, and how it is asked."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import click

from refrain.cli.options import json_option, state_option
from refrain.cli.screen import duration, patience, refusals_shown, show, show_json
from refrain.client import providers
from refrain.client.connection import connect
from refrain.client.provider_presets import PRESETS

if TYPE_CHECKING:
    from refrain.state.folder import StateFolder

KEY_VARIABLE = "REFRAIN_API_KEY"
_FORMS = (
    *("openai_chat", "openai_completions", "hf_text_generation"),
    *("llama_cpp_canister", "dfinity_llm"),
)
_TEMPLATES = ("chatml", "smollm2", "deepseek-r1", "plain")
_MODES = ("non_replicated", "replicated", "idempotency_proxy", "onchain")
_FEATURES = ("llama_cpp", "prefill", "lists")


@click.group("providers")
def providers_group() -> None:
    """Add, list, test and remove those who answer for a model."""


@providers_group.command("add")
@click.argument("name", required=False)
@click.option("--preset", type=click.Choice(sorted(PRESETS)), help="Begin with known settings.")
@click.option("--url", metavar="URL", help="https://HOST/PATH, or canister:PRINCIPAL.")
@click.option("--model", metavar="NAME@REVISION:QUANTIZATION", help="What callers ask for.")
@click.option("--remote-model", metavar="NAME", help="The provider's own name for it.")
@click.option("--form", type=click.Choice(_FORMS), help="How its endpoint is asked.")
@click.option("--template", type=click.Choice(_TEMPLATES), help="How prompts become one text.")
@click.option("--mode", type=click.Choice(_MODES), help="The transport.")
@click.option("--feature", "features", multiple=True, type=click.Choice(_FEATURES))
@click.option("--max-new-tokens", type=int, help="Tokens of one round.")
@click.option("--workers", type=int, default=providers.WORKERS, show_default=True)
@state_option
@json_option
def add_command(
    *,
    folder: StateFolder,
    as_json: bool,
    name: str | None,
    preset: str | None,
    workers: int,
    **given: Any,
) -> None:
    """Add a provider, or replace the one of its name; nothing is asked of it yet.

    Its key is read from the variable REFRAIN_API_KEY; without it a stored key stays. A hosted
    provider does not prove which quantization it runs: state the one that it declares.
    """
    name = name or preset
    if name is None:
        raise click.UsageError("Name the provider, or choose a --preset.")
    stated = {field: value for field, value in given.items() if value not in (None, ())}
    if "features" in stated:
        stated["features"] = list(stated["features"])
    if KEY_VARIABLE in os.environ:
        stated["api_key"] = os.environ[KEY_VARIABLE]
    try:
        settings = providers.settings_of(name, {**PRESETS.get(preset or "", {}), **stated}, workers)
    except ValueError as error:
        raise click.UsageError(f"{error}.") from None
    with refusals_shown(as_json):
        models = providers.add(connect(folder), settings)
    _told(name, "set", models, as_json=as_json)


@providers_group.command("remove")
@click.argument("name")
@state_option
@json_option
def remove_command(*, folder: StateFolder, as_json: bool, name: str) -> None:
    """Forget a provider and its key; stored answers stay."""
    with refusals_shown(as_json):
        models = providers.remove(connect(folder), name)
    _told(name, "removed", models, as_json=as_json)


@providers_group.command("list")
@state_option
@json_option
def list_command(*, folder: StateFolder, as_json: bool) -> None:
    """List the providers, how each is asked and what it was used for."""
    rows = providers.listed(connect(folder))
    if as_json:
        show_json(rows)
        return
    for row in rows:
        for line in lines_of(row):
            show(line)
    if not rows:
        show("No provider: add one with refrain providers add.")


@providers_group.command("test")
@click.argument("name")
@state_option
@json_option
def test_command(*, folder: StateFolder, as_json: bool, name: str) -> None:
    """Ask a provider for a few words, past the cache and at the infer canister's cost."""
    started = time.monotonic()
    with refusals_shown(as_json), patience(f"{name} was asked"):
        inference = providers.tried(connect(folder), name)
    seconds = time.monotonic() - started
    if as_json:
        show_json({**inference, "seconds": round(seconds, 3)})
        return
    answer = inference["answer"]
    show(f"{name} answered in {duration(seconds)}: {answer['content'].strip()!r}")
    show(f"  {answer['completion_tokens']} tokens, {answer['trust']}, ended by {answer['finish']}")


def lines_of(row: dict[str, Any]) -> list[str]:
    """One provider for a person."""
    how = [row["form"], row["mode"], row["template"], *row["features"]]
    used = f"{row['calls']:,} calls, {row['failures']:,} failures"
    tokens = f"{row['prompt_tokens']:,} + {row['completion_tokens']:,} tokens"
    key = "with a key" if row["has_key"] == "yes" else "without a key"
    return [
        f"{row['name']}  {row['model']}",
        f"  {row['url'] or 'its URL is for controllers'}, {key}",
        f"  {', '.join(word for word in how if word)}; {len(row['shard_ids'])} at once",
        f"  {used}, {tokens}",
        f"  {_health(row)}",
    ]


def _health(row: dict[str, Any]) -> str:
    """Tell whether it is asked; an older canister does not say."""
    circuit = row.get("circuit", "closed")
    if circuit == "closed":
        return "well"
    if circuit == "probing":
        return "one call is out to see whether it is well again"
    return f"not asked for {row['well_in_s']:,} s, since it failed or is overloaded"


def _told(name: str, what: str, models: list[str], *, as_json: bool) -> None:
    if as_json:
        show_json({"provider": name, "done": what, "models": models})
    else:
        show(f"{name} is {what}. Models served: {', '.join(models) or 'none'}.")
