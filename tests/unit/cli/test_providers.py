"""`refrain providers` as a person and a program see it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from infer_core import chat_templates, provider_rules
from refrain.cli import providers as command
from refrain.client.provider_presets import PRESETS
from refrain.client.providers import settings_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    from tests.unit.cli.conftest import Running

ROW = {
    "name": "local",
    "url": "http://127.0.0.1:1",
    "model": "m@1:Q4",
    "mode": "non_replicated",
    "has_key": "yes",
    "max_new_tokens": 64,
    "shard_ids": ["a", "b"],
    "form": "openai_chat",
    "template": "",
    "features": ["llama_cpp"],
    "calls": 1_234,
    "failures": 1,
    "prompt_tokens": 5,
    "completion_tokens": 6,
    "shards_leased": 0,
    "circuit": "closed",
    "well_in_s": 0,
}
ANSWER = {"content": " Hello! ", "completion_tokens": 3, "trust": "single_node", "finish": "stop"}


@pytest.fixture
def canister(running: Running) -> Running:
    """Let the pretended infer canister have one provider that answers."""
    methods = running.replica.methods
    methods["set_provider"] = lambda settings: {"Ok": settings["name"]}
    methods["remove_provider"] = lambda name: {"Ok": name}
    methods["refresh_models"] = lambda: {"Ok": "1 models"}
    methods["models"] = lambda: ["m@1:Q4"]
    methods["providers"] = lambda: [ROW]
    methods["test_provider"] = lambda name: {"Inferred": {"answer": ANSWER, "provider": name}}
    return running


def sent(running: Running) -> dict[str, Any]:
    """Read the settings that were sent."""
    ((settings,),) = settings_sent(running)
    return dict(settings)


def settings_sent(running: Running) -> list[Any]:
    """Read the arguments of all that was set."""
    told = running.replica.told
    return [each[3] for each in told if each[0] == "update" and each[2] == "set_provider"]


def test_the_choices_are_the_canisters_own() -> None:
    """Forms, templates, transports and features of the command line are those that it takes."""
    assert command._FORMS == provider_rules.FORMS
    assert command._TEMPLATES == chat_templates.TEMPLATES
    assert set(command._MODES) == {*provider_rules.MODES, provider_rules.ONCHAIN}
    assert command._FEATURES == provider_rules.FEATURES


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_a_presets_settings_pass_the_canisters_check(name: str) -> None:
    """With a model where it names none."""
    settings = settings_of(name, {"model": "m@1:q"} | PRESETS[name])
    assert provider_rules.check_settings(settings) is None


def test_a_provider_is_added_with_its_key_from_the_environment(
    canister: Running, refrain: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never from the command line, where others would see it."""
    monkeypatch.setenv("REFRAIN_API_KEY", "sk-1")
    done = refrain("providers", "add", "--preset", "hf-deepseek-r1-7b", "--workers", "2")
    assert done.exit_code == 0
    assert "hf-deepseek-r1-7b is set. Models served: m@1:Q4." in done.stdout
    assert "sk-1" not in done.output
    settings = sent(canister)
    assert settings["api_key"] == "sk-1"
    assert settings["model"].startswith("deepseek-r1-distill-qwen-7b@")
    assert settings["model"].endswith(":Q4_K_M")
    assert len(settings["shard_ids"]) == 2


def test_what_is_stated_replaces_a_preset(
    canister: Running, refrain: Callable[..., Result]
) -> None:
    """Each option by itself; the name too."""
    options = ["--model", "m@1:q", "--url", "http://127.0.0.1:9", "--feature", "lists"]
    done = refrain(
        "providers", "add", "mine", "--preset", "llama-cpp", "--template", "chatml", *options
    )
    assert done.exit_code == 0
    settings = sent(canister)
    assert (settings["name"], settings["url"]) == ("mine", "http://127.0.0.1:9")
    assert (settings["features"], settings["template"]) == (["lists"], "chatml")
    assert settings["api_key"] is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [((), "Name the provider"), (("x",), "--url is missing"), (("x", "--url", "u"), "--model")],
)
def test_what_is_missing_is_named(
    canister: Running, refrain: Callable[..., Result], arguments: tuple[str, ...], says: str
) -> None:
    """Before anything is sent."""
    done = refrain("providers", "add", *arguments)
    assert done.exit_code == 2
    assert says in done.output
    assert settings_sent(canister) == []


@pytest.mark.usefixtures("canister")
def test_providers_are_listed(refrain: Callable[..., Result]) -> None:
    """For a person with counts and without the key; for a program as they are."""
    done = refrain("providers", "list")
    assert "local  m@1:Q4" in done.stdout
    assert "http://127.0.0.1:1, with a key" in done.stdout
    assert "openai_chat, non_replicated, llama_cpp; 2 at once" in done.stdout
    assert "1,234 calls, 1 failures, 5 + 6 tokens" in done.stdout
    assert json.loads(refrain("providers", "list", "--json").stdout) == [ROW]


@pytest.mark.parametrize(
    ("circuit", "says"),
    [("closed", "  well"), ("open", "not asked for 7 s"), ("probing", "one call is out")],
)
def test_a_list_says_who_is_well(
    canister: Running, refrain: Callable[..., Result], circuit: str, says: str
) -> None:
    """And how long an overloaded or failing provider is left alone."""
    row = ROW | {"circuit": circuit, "well_in_s": 7}
    canister.replica.methods["providers"] = lambda: [row]
    assert says in refrain("providers", "list").stdout


@pytest.mark.usefixtures("canister")
def test_a_trial_shows_the_words_and_the_time(refrain: Callable[..., Result]) -> None:
    """Or a program the whole inference."""
    done = refrain("providers", "test", "local")
    assert "local answered in" in done.stdout
    assert "'Hello!'" in done.stdout
    told = json.loads(refrain("providers", "test", "local", "--json").stdout)
    assert told["answer"] == ANSWER
    assert told["seconds"] >= 0


def test_a_failed_trial_is_a_refusal(canister: Running, refrain: Callable[..., Result]) -> None:
    """With exit code 1, and typed for a program."""
    failure = {"refusal": {"Unreachable": "no connection"}, "outcalls": 1, "charged_cycles": 5}
    canister.replica.methods["test_provider"] = lambda _: {"Failed": failure}
    done = refrain("providers", "test", "local", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["refused"] == {"Unreachable": "no connection"}


@pytest.mark.usefixtures("canister")
def test_a_provider_is_removed(refrain: Callable[..., Result]) -> None:
    """And the batcher learns which models are left."""
    done = refrain("providers", "remove", "local", "--json")
    assert json.loads(done.stdout) == {"provider": "local", "done": "removed", "models": ["m@1:Q4"]}
