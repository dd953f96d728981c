"""`refrain ask`: one prompt, its answer on standard output."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import click

from refrain.cli.cache_options import cache_options
from refrain.cli.network_options import Elsewhere, network_options
from refrain.cli.options import json_option, state_option
from refrain.cli.screen import counted, duration, on_terminal, patience, say, show, show_json
from refrain.client.ask_request import AskOptions, ask_request, extra_of, micros
from refrain.client.asking import Asked, Outcome, ask
from refrain.client.connection import connect
from refrain.failures import Refused
from refrain_core.cache_status import CacheStatus, status_text

if TYPE_CHECKING:
    from refrain.state.folder import StateFolder

_NAT32 = 2**32 - 1
_NAT64 = 2**64 - 1


def _as_micros(context: click.Context, option: click.Parameter, value: str | None) -> int | None:
    try:
        return None if value is None else micros(value)
    except ValueError as error:
        raise click.BadParameter(str(error), context, option) from None


def _as_extra(
    context: click.Context, option: click.Parameter, values: tuple[str, ...]
) -> str | None:
    try:
        return extra_of(values)
    except ValueError as error:
        raise click.BadParameter(str(error), context, option) from None


@click.command("ask")
@click.argument("prompt")
@state_option
@click.option("--system", metavar="TEXT", help="A system message to set before the prompt.")
@click.option("--max-tokens", type=click.IntRange(1, _NAT32), metavar="N")
@click.option("--temperature", "temperature_micros", callback=_as_micros, metavar="X")
@click.option("--seed", type=click.IntRange(0, _NAT64), metavar="N")
@click.option(
    "--param",
    "extra",
    multiple=True,
    callback=_as_extra,
    metavar="NAME=JSON",
    help="A further parameter, such as top_k=40. Repeat it for several.",
)
@click.option("--public", is_flag=True, help="Share the answer in the public namespace.")
@click.option("--model", metavar="MODEL", help="Which model, where the batcher serves several.")
@cache_options
@network_options
@json_option
def ask_command(
    folder: StateFolder,
    elsewhere: Elsewhere,
    as_json: bool,  # noqa: FBT001
    prompt: str,
    model: str | None,
    **options: Any,
) -> None:
    """Ask PROMPT ("-" reads it from standard input) and print the answer."""
    text = _prompt(prompt)
    connection, served = _asked(folder, elsewhere, model)
    request = ask_request(AskOptions(text, served, **options))
    try:
        with _waiting():
            outcome = ask(connection, request)
    except Refused as error:
        if as_json:
            show_json({"refused": error.refusal, "message": str(error)})
        raise
    if as_json:
        show_json(outcome_json(outcome))
        return
    show(outcome.answered["answer"]["content"])
    if on_terminal():
        say(outcome_line(outcome))


def _asked(folder: StateFolder, elsewhere: Elsewhere, model: str | None) -> tuple[Asked, str]:
    remote = elsewhere.connect()
    if remote is not None:
        return remote, model or remote.only_model()
    connection = connect(folder)
    return connection, model or connection.model


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """An outcome as one flat object."""
    answered = outcome.answered
    served = {key: value for key, value in answered.items() if key != "answer"}
    return {**answered["answer"], **served, "elapsed_s": round(outcome.elapsed_s, 6)}


def outcome_line(outcome: Outcome) -> str:
    """How an answer was served, in one line."""
    answered, answer = outcome.answered, outcome.answered["answer"]
    parts = [
        served_line(outcome.status),
        duration(outcome.elapsed_s),
        f"{answer['prompt_tokens']} + {answer['completion_tokens']} tokens",
        counted(answered["charged_cycles"], "cycle"),
        counted(answered["outcalls"], "outcall"),
        answer["trust"],
    ]
    if answer["dropped_characters"]:
        parts.append(f"{counted(answer['dropped_characters'], 'character')} of the prompt dropped")
    return " · ".join(parts)


def served_line(status: CacheStatus) -> str:
    """How an answer was served, without the cache's key."""
    return status_text(status._replace(key=None)).removeprefix("fwd=")


def _waiting() -> AbstractContextManager[None]:
    # A script that keeps standard error wants errors there and nothing else.
    return patience("waiting for the model") if on_terminal() else nullcontext()


def _prompt(argument: str) -> str:
    try:
        if argument == "-":
            return sys.stdin.buffer.read().decode().removesuffix("\n")
        argument.encode()
    except UnicodeError:
        raise click.UsageError("The prompt is not valid UTF-8.") from None
    return argument
