"""Askers who pay and say what the cache may do: who pays for a renewal, and that books balance."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Message, Stage

MISS = {"Miss": "never stored"}
STORED = {"Stored": {"key": "k", "evicted": 0}}
FAILED = {
    "Failed": {"refusal": {"Timeout": "slow"}, "outcalls": 1, "charged_cycles": 1_000},
}
BOB = "w7x7r-cok77-xa"
HIT_FEE = 40_000_000
MARGIN = 100_000_000
REVALIDATE = "stale-while-revalidate=60"


@pytest.fixture(autouse=True)
def _bob_pays(stage: Stage) -> None:
    """Let Bob ask at his own expense."""
    stage.ask("allow_asker", {"caller": BOB, "sponsored": "no"})


@pytest.fixture
def begin(stage: Stage, request_for: Any) -> Any:
    """Begin one of Bob's asks with directives and cycles."""

    def make(directives: str, attached: int, method: str = "ask") -> Message:
        request = request_for(cache_control=directives)
        return stage.message(method, request, caller=BOB, attached=attached)

    return make


@pytest.fixture
def miss_cycles(stage: Stage, request_for: Any) -> int:
    """Return what a miss costs at most."""
    quote = stage.ask("quote", request_for(cache_control=REVALIDATE), caller=BOB)
    return int(quote["Quoted"]["miss_cycles"])


def account(stage: Stage) -> list[int]:
    """Return Bob's charged, spent, margin, credit and held cycles, which must balance."""
    parts = [int(part) for part in stage.maps[5].entries.get(BOB, "0|0|0|0|0").split("|")]
    assert parts[0] == sum(parts[1:])
    assert min(parts) >= 0
    return parts


def test_the_asker_who_triggers_a_renewal_pays_for_it(
    stage: Stage, begin: Any, miss_cycles: int, stored: Any, inferred: Any
) -> None:
    """A miss's price is held before the reply, no hit's fee beside it; the rest becomes credit."""
    message = begin(REVALIDATE, miss_cycles)
    message.answer(stored("Stale", message))
    assert message.accepted == miss_cycles
    assert message.reply["Answered"]["charged_cycles"] == miss_cycles
    assert account(stage) == [miss_cycles, 0, 0, 0, miss_cycles]
    message.answer(inferred(), refunded=message.attached - 5_000).answer(STORED)
    rest = miss_cycles - 5_000 - MARGIN
    assert account(stage) == [miss_cycles, 5_000, MARGIN, rest, 0]


def test_who_finds_a_renewal_under_way_pays_a_hit(
    stage: Stage, begin: Any, miss_cycles: int, stored: Any
) -> None:
    """And nothing of that renewal."""
    begin("no-cache", miss_cycles)
    before = account(stage)
    message = begin(REVALIDATE, miss_cycles)
    message.answer(stored("Stale", message))
    assert message.reply["Answered"]["charged_cycles"] == HIT_FEE
    assert message.accepted == HIT_FEE
    assert account(stage)[2] == before[2] + HIT_FEE


def test_a_failed_renewal_costs_what_it_cost_and_no_margin(
    stage: Stage, begin: Any, miss_cycles: int, stored: Any
) -> None:
    """As every failure."""
    message = begin(REVALIDATE, miss_cycles)
    message.answer(stored("Stale", message))
    message.answer(FAILED, refunded=message.attached - 1_000)
    assert account(stage) == [miss_cycles, 1_000, 0, miss_cycles - 1_000, 0]


def test_a_stale_answer_that_stands_in_costs_what_the_failure_did(
    stage: Stage, begin: Any, miss_cycles: int, stored: Any
) -> None:
    """The reply tells it; no hit's fee is added."""
    message = begin("stale-if-error=60", miss_cycles)
    message.answer(stored("StaleIfError", message))
    message.answer(FAILED, refunded=message.attached - 1_000)
    assert message.reply["Answered"]["charged_cycles"] == 1_000
    assert account(stage)[1:3] == [1_000, 0]


def test_only_if_cached_needs_a_hits_fee_and_no_more(
    stage: Stage, begin: Any, request_for: Any, stored: Any
) -> None:
    """Its quote says so, and what is not there is free."""
    request = request_for(cache_control="only-if-cached")
    quote = stage.ask("quote", request, caller=BOB)["Quoted"]
    assert (quote["hit_cycles"], quote["miss_cycles"]) == (HIT_FEE, 0)
    assert "TooFewCycles" in begin("only-if-cached", HIT_FEE - 1).reply["Refused"]
    missed = begin("only-if-cached", HIT_FEE).answer(MISS)
    assert "NotCached" in missed.reply["Refused"]
    assert missed.accepted == 0
    found = begin("only-if-cached", HIT_FEE)
    found.answer(stored("Hit", found))
    assert found.reply["Answered"]["charged_cycles"] == HIT_FEE
    assert account(stage) == [HIT_FEE, 0, HIT_FEE, 0, 0]


def test_a_remembered_failure_is_free(stage: Stage, begin: Any, miss_cycles: int) -> None:
    """Neither an ask nor a submit pays for it."""
    negative = {"refusal": {"NoConsensus": "x"}, "key": "k", "age_s": 1, "expires_in_s": 9}
    for method in ("ask", "submit"):
        begin("", miss_cycles, method).answer({"Negative": negative})
    assert account(stage)[1:3] == [0, 0]
    assert account(stage)[4] == 0


DIRECTIVES = ["", "no-cache", REVALIDATE, "stale-if-error=60", "no-cache, stale-if-error=60"]
ARMS = ["Hit", "Stale", "StaleIfError", None]


@pytest.mark.parametrize(("directives", "arm"), list(product(DIRECTIVES, ARMS)))
@pytest.mark.parametrize("method", ["ask", "submit"])
@pytest.mark.parametrize("fails", [False, True], ids=["answers", "fails"])
def test_books_balance_whatever_is_found_and_whatever_the_model_does(  # noqa: PLR0913 - a table
    stage: Stage,
    begin: Any,
    miss_cycles: int,
    stored: Any,
    inferred: Any,
    *,
    directives: str,
    arm: str | None,
    method: str,
    fails: bool,
) -> None:
    """At each commit point every cycle is somewhere, and at the end none is held."""
    message = begin(directives, miss_cycles, method)
    while not message.done:
        account(stage)
        if message.called == "CacheService.fetch_text":
            message.answer(MISS if arm is None else stored(arm, message))
        elif message.called == "InferService.infer_text":
            reply = FAILED if fails else inferred()
            message.answer(reply, refunded=message.attached - 1_000)
        else:
            message.answer(STORED)
    assert account(stage)[4] == 0
    assert stage.ask("counters")["flights_open"] == 0
