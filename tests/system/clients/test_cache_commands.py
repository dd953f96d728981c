"""`refrain cache` over the real canisters: each command after asks of the scripted model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from refrain.cli.entry import cli
from refrain.client.connection import connect
from refrain.daemon.launch import end, launch
from refrain.state.folder import StateFolder
from refrain.state.model_choice import local_model
from tests.statuses import HIT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

PROMPTS = ("What is a canister?", "Name a colour", "Was ist süß? ☕")


class Operator:
    """Somebody at a command line, with a network of their own."""

    def __init__(self, path: Path) -> None:
        """Start a network in a new state folder."""
        self.folder = StateFolder(path)
        self.folder.prepare()
        launch(self.folder, local_model("scripted"), lambda _text: None)
        self.principal = connect(self.folder).operator

    def run(self, *words: str) -> Result:
        """Run a command."""
        return CliRunner(env={"REFRAIN_STATE": str(self.folder.path)}).invoke(cli, words)

    def told(self, *words: str) -> Any:
        """Run a command of the cache that must succeed, and read its JSON."""
        result = self.run("cache", *words, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def listed(self, *words: str) -> list[dict[str, Any]]:
        """Run `refrain cache list`, and read its rows."""
        result = self.run("cache", "list", *words, "--json")
        assert result.exit_code == 0, result.stderr
        return [json.loads(line) for line in result.stdout.splitlines()]

    def asked(self, *words: str) -> dict[str, Any]:
        """Ask, and read the outcome."""
        result = self.run("ask", *words, "--json")
        assert result.exit_code == 0, result.stderr
        outcome: dict[str, Any] = json.loads(result.stdout)
        return outcome


@pytest.fixture
def operators(tmp_path: Path) -> Iterator[list[Operator]]:
    """Two networks that know nothing of each other."""
    running: list[Operator] = []
    try:
        running.extend(Operator(tmp_path / name) for name in ("one", "other"))
        yield running
    finally:
        for name in ("one", "other"):
            end(StateFolder(tmp_path / name))


def test_each_command_over_the_real_canisters(operators: list[Operator], tmp_path: Path) -> None:
    """Two networks are up for one test, so that what one exports the other imports."""
    one, other = operators
    answers = [one.asked("--public", "--tag", "demo", prompt) for prompt in PROMPTS]
    assert one.asked("--public", PROMPTS[0])["cache_status"] == HIT
    own = one.asked(PROMPTS[0])
    check_looks(one, answers, own)
    check_transfer(one, other, tmp_path / "answers.jsonl")
    check_removals(one, answers, own)


def check_looks(one: Operator, answers: list[dict[str, Any]], own: dict[str, Any]) -> None:
    """`stats`, `list`, `get` and `explain` tell of what was asked."""
    stats = one.told("stats")
    assert (stats["counts"]["hits"], stats["counts"]["misses"]) == (1, 4)
    assert (stats["hit_ratio"], stats["misses_by_reason"]["absent"]) == (0.2, 4)
    tenant = one.told("stats", "--tenant", "public")
    assert (tenant["counts"]["entries"], tenant["counts"]["puts"]) == (3, 3)
    digests = {answer["digest"] for answer in answers}
    assert {row["slot_digest"] for row in one.listed("--namespace", "public")} == digests
    assert len(one.listed()) == 4
    assert len(one.listed("--limit", "2")) == 2
    for answer in (*answers, own):
        assert one.run("cache", "get", answer["digest"]).stdout == answer["content"] + "\n"
    assert one.told("explain", "--public", PROMPTS[1])["verdict"] == "hit"
    explained = one.told("explain", "--public", "--seed", "7", PROMPTS[1])
    assert explained["verdict"] == "never stored"
    assert (explained["nearest"], explained["differs"]) == (answers[1]["digest"], ["seed"])


def check_transfer(one: Operator, other: Operator, path: Path) -> None:
    """The other network answers from what was imported, except for the line that was damaged."""
    assert one.told("export", str(path))["answers"] == 4
    lines = path.read_text().splitlines()
    damaged = lines[0].replace('"checksum": "', '"checksum": "0')
    path.write_text("\n".join([damaged, *lines[1:]]))
    result = other.run("cache", "import", str(path))
    assert result.exit_code == 1
    assert result.stdout == "line 1: damaged\nRead 4 lines: 1 damaged, 3 imported.\n"
    path.write_text("\n".join(lines))
    assert other.told("import", str(path))["told"] == {"imported": 1, "present": 3}
    assert [other.asked("--public", prompt)["cache_status"] for prompt in PROMPTS] == [HIT] * 3
    assert len(other.listed("--namespace", one.principal)) == 1


def check_removals(one: Operator, answers: list[dict[str, Any]], own: dict[str, Any]) -> None:
    """What is removed, purged or tainted is a miss that says so; other answers are not."""
    first, second, third = [answer["digest"] for answer in answers]
    model = answers[0]["model"]
    assert one.told("purge", "key", first) == {"done": "removed"}
    assert one.run("cache", "get", first).stderr == "refrain: No answer: removed.\n"
    one.told("purge", "--taint", model)
    assert one.run("cache", "get", own["digest"]).stderr == "refrain: No answer: tainted.\n"
    one.told("purge", "--clear-taint", model)
    one.told("purge", "tag", "public/demo")
    assert one.run("cache", "get", second).stderr == "refrain: No answer: purged.\n"
    assert one.run("cache", "get", own["digest"]).exit_code == 0
    one.told("purge", "all")
    assert one.run("cache", "get", own["digest"]).exit_code == 1
    assert one.told("explain", "--public", PROMPTS[2])["verdict"] == "purged"
    assert one.run("cache", "get", third).exit_code == 1
