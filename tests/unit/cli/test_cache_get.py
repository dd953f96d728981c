"""`refrain cache get`, and what all commands of the cache end with where they can't begin."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from tests.unit.cli.conftest import Running

DIGEST = "0123456789abcdef" * 4
CACHED = {
    "answer": {
        "content": "An answer.",
        "finish": "stop",
        "model": "toy@1:none",
        "trust": "single_node",
        "prompt_tokens": 3,
        "completion_tokens": 4,
        "dropped_messages": 0,
        "dropped_characters": 0,
        "created_at_ns": 5,
    },
    "digest": DIGEST,
    "key": "0123456789abcdef",
    "namespace": "public",
    "age_s": 5,
    "expires_in_s": 100,
}
NEGATIVE = {
    "refusal": {"ProviderError": {"status": 500, "detail": "overloaded"}},
    "key": "0123456789abcdef",
    "age_s": 1,
    "expires_in_s": 9,
}


def test_get_prints_the_answer_alone(running: Running, refrain: Callable[..., Result]) -> None:
    """With --json, all that is known of it."""
    running.replica.methods["lookup_digest"] = lambda _: {"Hit": CACHED}
    result = refrain("cache", "get", DIGEST)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "An answer.\n", "")
    assert json.loads(refrain("cache", "get", DIGEST, "--json").stdout) == CACHED


@pytest.mark.parametrize(
    ("result", "text", "told"),
    [
        ({"Miss": "evicted"}, "No answer: evicted.", {"miss": "evicted"}),
        (
            {"Negative": NEGATIVE},
            "A failure is remembered for 9 s more. ProviderError: ",
            {"negative": NEGATIVE},
        ),
        (
            {"Refused": {"BadRequest": "no"}},
            "BadRequest: no",
            {"refused": {"BadRequest": "no"}, "message": "BadRequest: no"},
        ),
    ],
)
def test_get_without_an_answer_ends_with_1_and_says_why(
    running: Running,
    refrain: Callable[..., Result],
    result: dict[str, Any],
    text: str,
    told: dict[str, Any],
) -> None:
    """Nothing but JSON is on standard output."""
    running.replica.methods["lookup_digest"] = lambda _: result
    plain, as_json = refrain("cache", "get", DIGEST), refrain("cache", "get", DIGEST, "--json")
    assert (plain.exit_code, plain.stdout, as_json.exit_code) == (1, "", 1)
    assert text in plain.stderr
    assert json.loads(as_json.stdout) == told


@pytest.mark.parametrize(
    "command",
    [
        ["get", "abc"],
        ["get", DIGEST.upper()],
        ["stats", "--tenant", "nobody"],
        ["list", "--namespace", "shared:"],
        ["list", "--limit", "0"],
        ["explain"],
        ["explain", "p", "--file", "-"],
        ["explain", "--file", "-", "--seed", "1"],
    ],
)
@pytest.mark.usefixtures("running")
def test_wrong_command_lines_end_with_2(refrain: Callable[..., Result], command: list[str]) -> None:
    """Before the cache is asked anything."""
    assert refrain("cache", *command, input="{}").exit_code == 2


@pytest.mark.parametrize(
    "command",
    [["stats"], ["list"], ["get", DIGEST], ["explain", "p"], ["purge", "all"], ["export", "f"]],
)
def test_without_a_network_they_end_with_3(
    refrain: Callable[..., Result], command: list[str], tmp_path: Path
) -> None:
    """As every other command does, and nothing is written."""
    words = [word if word != "f" else str(tmp_path / "f") for word in command]
    result = refrain("cache", *words)
    assert result.exit_code == 3
    assert "No network runs" in result.stderr
    assert not (tmp_path / "f").exists()
