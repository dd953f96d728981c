"""`refrain ask --votes`: the policy that the options say, and the votes shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.cli.test_ask import ANSWER, ANSWERED, ticket

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    from tests.unit.cli.conftest import Running


def voter(number: int, provider: str | None = "local") -> dict[str, Any]:
    """Make a Voter that was sent a seed of its own."""
    numbers = {"number": number, "sample": number, "seed": 7 + number}
    return {**numbers, "provider": provider, "model": "toy@1:none"}


GROUPS = [
    {"content": "So it is\n18.", "weight": 2, "voters": [voter(0), voter(2, None)]},
    {"content": "17", "weight": 1, "voters": [voter(1)]},
]
VERDICT = {
    "total": 4,
    "groups": GROUPS,
    "absent": [{"voter": voter(3, None), "reason": "Timeout"}],
}
CONSISTENT = {**VERDICT, "votes": 2, "agreement_permille": 500}
INCONSISTENT = {**VERDICT, "reason": "too few agree", "outcalls": 4, "charged_cycles": 5}
SHOWN = [
    "2 of 4: So it is 18.  (local toy@1:none sample 0 seed 7; stored toy@1:none sample 2 seed 9)",
    "1 of 4: 17  (local toy@1:none sample 1 seed 8)",
    "no vote: toy@1:none sample 3 seed 10, Timeout",
]


def play(running: Running, state: dict[str, Any]) -> None:
    """Have the batcher give a ticket that ends in `state`."""
    running.replica.methods["ask"] = lambda _: {"Joined": ticket()}
    running.replica.methods["result"] = lambda _: state


def test_options_make_a_policy(running: Running, refrain: Callable[..., Result]) -> None:
    """Votes alone ask for a majority of extracted answers; every part can be said."""
    running.replica.methods["ask"] = lambda _: {"Answered": ANSWERED}
    assert refrain("ask", "hello", "--votes", "5").exit_code == 0
    assert running.replica.told[-1][3][0]["consensus"] == {
        "votes": 5,
        "quorum": 3,
        "strategy": "extracted",
        "spread": "seeds",
        "among": [],
        "tie_rule": None,
        "stop_permille": None,
        "weights": "equal",
    }
    words = "--votes 4 --quorum 2 --strategy json:a.b --spread providers --among x --among y"
    more = "--tie-rule last_listed --stop-permille 950 --weights record"
    assert refrain("ask", "hello", *words.split(), *more.split()).exit_code == 0
    assert running.replica.told[-1][3][0]["consensus"] == {
        "votes": 4,
        "quorum": 2,
        "strategy": "json:a.b",
        "spread": "providers",
        "among": ["x", "y"],
        "tie_rule": "last_listed",
        "stop_permille": 950,
        "weights": "record",
    }


def test_the_votes_are_shown_below_the_answer(
    running: Running, refrain: Callable[..., Result]
) -> None:
    """The answer alone is on standard output; who voted how is beside it."""
    play(running, {"Consistent": {**CONSISTENT, "answered": ANSWERED}})
    result = refrain("ask", "hello", "--votes", "4", "--quorum", "2")
    assert (result.exit_code, result.stdout) == (0, "An answer.\n")
    assert result.stderr.splitlines() == SHOWN


def test_json_holds_the_vote(running: Running, refrain: Callable[..., Result]) -> None:
    """A program gets every voter's provenance."""
    play(running, {"Consistent": {**CONSISTENT, "answered": ANSWERED}})
    told = json.loads(refrain("ask", "hello", "--votes", "4", "--json").stdout)
    assert told["vote"] == CONSISTENT
    assert told["content"] == ANSWER["content"]


def test_votes_that_do_not_agree_are_a_failure_with_every_group(
    running: Running, refrain: Callable[..., Result]
) -> None:
    """No answer is printed as if it were agreed; the groups are told, typed or in lines."""
    play(running, {"Inconsistent": INCONSISTENT})
    result = refrain("ask", "hello", "--votes", "4")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "refrain: Inconsistent: too few agree.",
        *[f"  {line}" for line in SHOWN],
    ]
    typed = refrain("ask", "hello", "--votes", "4", "--json")
    assert json.loads(typed.stdout)["refused"] == {"Inconsistent": INCONSISTENT}


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("--quorum 3", "give --votes too"),
        ("--tie-rule first_listed", "give --votes too"),
        ("--votes 1", "range"),
        ("--votes 3 --strategy vibes", "choose one of exact"),
    ],
)
def test_options_that_make_no_policy_are_usage_errors(
    running: Running, refrain: Callable[..., Result], words: str, text: str
) -> None:
    """Nothing is asked."""
    result = refrain("ask", "hello", *words.split())
    assert result.exit_code == 2
    assert text in result.stderr
    assert running.replica.traffic()["messages"] == 0
