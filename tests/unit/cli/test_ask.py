"""`refrain ask`: the answer and nothing else on standard output, failures typed and coded."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from refrain.cli.ask import outcome_line
from refrain.client.asking import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    from tests.unit.cli.conftest import Running

ANSWER = {
    "content": "An answer.",
    "finish": "stop",
    "model": "toy@1:none",
    "trust": "single_node",
    "prompt_tokens": 3,
    "completion_tokens": 4,
    "dropped_messages": 0,
    "dropped_characters": 0,
    "created_at_ns": 5,
}
ANSWERED = {
    "answer": ANSWER,
    "digest": "d" * 64,
    "cache_status": "fwd=miss; stored",
    "age_s": 0,
    "outcalls": 1,
    "charged_cycles": 2_500_000_000,
}
BUSY = {"Busy": {"retry_after_s": 7}}


def ticket(lifetime_s: float = 60) -> dict[str, Any]:
    """Make a ticket that expires in `lifetime_s`."""
    expires_at_ns = int((time.time() + lifetime_s) * 1e9)
    return {"ticket": 2**63, "digest": "d" * 64, "expires_at_ns": expires_at_ns}


def test_the_answer_alone_is_on_standard_output(
    running: Running, refrain: Callable[..., Result]
) -> None:
    """A script reads the answer and nothing else, not even on standard error."""
    running.replica.methods["ask"] = lambda _: {"Answered": ANSWERED}
    result = refrain("ask", "hello")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "An answer.\n", "")


def test_every_option_reaches_the_batcher_exactly(
    running: Running, refrain: Callable[..., Result]
) -> None:
    """The request is the record that the options say, asked as the operator."""
    running.replica.methods["ask"] = lambda _: {"Answered": ANSWERED}
    options = "--system Be-brief. --max-tokens 9 --temperature 0.7 --seed 18446744073709551615"
    assert refrain("ask", "hello", "--public", *options.split()).exit_code == 0
    request = {
        "namespace": "public",
        "model": "toy@1:none",
        "messages": [
            {"role": "system", "content": "Be-brief."},
            {"role": "user", "content": "hello"},
        ],
        "max_tokens": 9,
        "temperature_micros": 700_000,
        "top_p_micros": None,
        "seed": 2**64 - 1,
        "stop": [],
        "response_format": None,
        "extra": None,
        "cache_control": None,
        "consensus": None,
    }
    batcher = running.canisters["batcher"]
    assert running.replica.told[-1] == ("update", batcher, "ask", [request], "operator-principal")


def test_a_dash_reads_the_prompt_from_standard_input(
    running: Running, refrain: Callable[..., Result]
) -> None:
    """The newline that a shell adds is no part of the prompt; all else is."""
    running.replica.methods["ask"] = lambda _: {"Answered": ANSWERED}
    refrain("ask", "-", input="two\nlinés\n\n")
    assert running.replica.told[-1][3][0]["messages"][0]["content"] == "two\nlinés\n"


def test_a_prompt_that_is_not_utf8_is_a_usage_error(
    running: Running, refrain: Callable[..., Result]
) -> None:
    """Bytes that are no text are refused before anything is asked."""
    result = refrain("ask", "-", input=b"\xff\xfe")
    assert result.exit_code == 2
    assert "not valid UTF-8" in result.stderr
    assert running.replica.traffic()["messages"] == 0


def test_json_holds_the_answer_and_how_it_was_served(
    running: Running, refrain: Callable[..., Result]
) -> None:
    """One flat object with every field of the answer and of its serving."""
    running.replica.methods["ask"] = lambda _: {"Answered": ANSWERED}
    told = json.loads(refrain("ask", "hello", "--json").stdout)
    assert told.pop("elapsed_s") >= 0
    served = {key: value for key, value in ANSWERED.items() if key != "answer"}
    assert told == {**ANSWER, **served}


def test_a_joined_ticket_is_followed_until_it_settles(
    running: Running, refrain: Callable[..., Result]
) -> None:
    """Pending tickets are asked about again; the settled answer is printed."""
    states: list[dict[str, Any]] = [{"Settled": ANSWERED}, {"Pending": ticket()}]
    running.replica.methods["ask"] = lambda _: {"Joined": ticket()}
    running.replica.methods["result"] = lambda _: states.pop()
    result = refrain("ask", "hello")
    assert (result.exit_code, result.stdout) == (0, "An answer.\n")
    assert running.replica.told[-1][2:4] == ("result", [2**63])


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ({"Failed": {"Timeout": "the model took too long."}}, "Timeout: the model took too long."),
        ({"Refused": {"NotAllowed": "not your ticket."}}, "NotAllowed: not your ticket."),
        ({"Expired": "gone"}, "expired before"),
    ],
)
def test_a_ticket_that_ends_badly_is_a_failure(
    running: Running, refrain: Callable[..., Result], state: dict[str, Any], text: str
) -> None:
    """Whatever became of the flight is said, with exit code 1."""
    running.replica.methods["ask"] = lambda _: {"Joined": ticket()}
    running.replica.methods["result"] = lambda _: state
    result = refrain("ask", "hello")
    assert result.exit_code == 1
    assert text in result.stderr


def test_a_ticket_that_is_never_settled_is_given_up(
    running: Running, refrain: Callable[..., Result]
) -> None:
    """After the ticket's own end nobody waits on."""
    running.replica.methods["ask"] = lambda _: {"Joined": ticket(-10)}
    result = refrain("ask", "hello")
    assert result.exit_code == 1
    assert "never settled" in result.stderr


def test_a_refusal_is_one_line_and_exit_code_1(
    running: Running, refrain: Callable[..., Result]
) -> None:
    """The typed reason is said in words, on standard error."""
    running.replica.methods["ask"] = lambda _: {"Refused": BUSY}
    result = refrain("ask", "hello")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "refrain: Busy: try again in 7 seconds.\n"


def test_json_holds_a_refusal_too(running: Running, refrain: Callable[..., Result]) -> None:
    """A program gets the variant itself."""
    running.replica.methods["ask"] = lambda _: {"Refused": BUSY}
    result = refrain("ask", "hello", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["refused"] == BUSY


def test_a_reject_is_a_failure_with_its_text(
    running: Running, refrain: Callable[..., Result]
) -> None:
    """A canister that rejects (here: has no such method) is no crash of the command."""
    result = refrain("ask", "hello")
    assert result.exit_code == 1
    assert f"{running.canisters['batcher']}" not in result.stdout
    assert "rejected the message (no method ask)" in result.stderr


def test_options_about_the_cache_become_one_text(
    running: Running, refrain: Callable[..., Result]
) -> None:
    """The directives are those of the options, in the form that the canisters read."""
    running.replica.methods["ask"] = lambda _: {"Answered": ANSWERED}
    options = "--ttl 60 --max-age 0 --stale-while-revalidate 30 --stale-if-error 600 --no-cache"
    assert refrain("ask", "hello", *options.split(), "--tag", "a", "--tag", "b").exit_code == 0
    assert running.replica.told[-1][3][0]["cache_control"] == (
        'ttl=60, max-age=0, stale-while-revalidate=30, stale-if-error=600, no-cache, tags="a b"'
    )
    more = ["--no-store", "--only-if-cached", "--least-trust", "quorum 2/3"]
    assert refrain("ask", "hello", *more).exit_code == 0
    assert running.replica.told[-1][3][0]["cache_control"] == (
        'no-store, only-if-cached, least-trust="quorum 2/3"'
    )


def test_what_is_not_stored_is_refused_in_words(
    running: Running, refrain: Callable[..., Result]
) -> None:
    """NotCached says what it would be over HTTP."""
    running.replica.methods["ask"] = lambda _: {"Refused": {"NotCached": "not here"}}
    result = refrain("ask", "hello", "--only-if-cached")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "NotCached: not here (as HTTP: 504 Gateway Timeout)" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["p", "--ttl", "-1"],
        ["p", "--max-age", "soon"],
        ["p", "--least-trust", "some"],
        ["p", "--tag", "a|b"],
        ["p", "--no-cache", "--only-if-cached"],
        ["p", "--temperature", "warm"],
        ["p", "--temperature", "0.0000001"],
        ["p", "--temperature", "-1"],
        ["p", "--max-tokens", "0"],
        ["p", "--seed", str(2**64)],
        ["p", "q"],
    ],
)
def test_wrong_options_are_usage_errors(
    running: Running, refrain: Callable[..., Result], arguments: list[str]
) -> None:
    """Exit code 2, and nothing is asked."""
    assert refrain("ask", *arguments).exit_code == 2
    assert running.replica.traffic()["messages"] == 0


def test_the_line_for_a_person_tells_how_it_was_served() -> None:
    """Hit or miss, time, tokens, cycles, outcalls, trust; and what truncation dropped."""
    cut = {**ANSWERED, "answer": {**ANSWER, "dropped_characters": 1500}}
    keyed = {**ANSWERED, "cache_status": 'hit; ttl=-5; key="00"; detail=stale-while-revalidate'}
    assert outcome_line(Outcome(keyed, 1.0)).startswith("hit; ttl=-5; detail=stale-while-")
    assert outcome_line(Outcome(ANSWERED, 2.44)) == (
        "miss; stored · 2.4 s · 3 + 4 tokens · 2,500,000,000 cycles · 1 outcall · single_node"
    )
    assert outcome_line(Outcome(cut, 0.0084)).endswith(
        "· single_node · 1,500 characters of the prompt dropped"
    )
