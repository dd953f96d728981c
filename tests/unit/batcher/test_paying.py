"""Askers who pay: what is accepted, what is kept as credit, and that nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Stage

MISS = {"Miss": "never stored"}
STORED = {"Stored": {"key": "k", "evicted": 0}}
BOB = "w7x7r-cok77-xa"
HIT_FEE = 40_000_000
MARGIN = 100_000_000


@pytest.fixture(autouse=True)
def _bob_pays(stage: Stage) -> None:
    """Let Bob ask at his own expense."""
    stage.ask("allow_asker", {"caller": BOB, "sponsored": "no"})


def _account(stage: Stage) -> list[int]:
    """Return Bob's charged, spent, margin, credit and held cycles, which must balance."""
    account = [int(part) for part in stage.maps[5].entries[BOB].split("|")]
    assert account[0] == sum(account[1:])
    return account


def _miss_cycles(stage: Stage, request: dict[str, Any]) -> int:
    return int(stage.ask("quote", request, caller=BOB)["Quoted"]["miss_cycles"])


def test_too_few_cycles_are_refused_and_none_accepted(stage: Stage, request_for: Any) -> None:
    """Before anything is called, the asker learns what must be attached."""
    miss = _miss_cycles(stage, request_for())
    for method in ("ask", "submit"):
        message = stage.message(method, request_for(), caller=BOB, attached=miss - 1)
        assert message.reply["Refused"]["TooFewCycles"] == {"expected": miss, "received": miss - 1}
        assert message.accepted == 0


def test_a_hit_takes_the_fee_and_no_more(stage: Stage, request_for: Any, hit: Any) -> None:
    """The rest is refunded by never being accepted."""
    miss = _miss_cycles(stage, request_for())
    message = stage.message("ask", request_for(), caller=BOB, attached=miss)
    message.answer(hit(message))
    assert message.accepted == HIT_FEE
    assert message.reply["Answered"]["charged_cycles"] == HIT_FEE


def test_a_miss_leaves_what_infer_gave_back_as_credit(
    stage: Stage, request_for: Any, inferred: Any
) -> None:
    """The worst case is accepted before the call; what it did not cost is used up first later."""
    miss = _miss_cycles(stage, request_for())
    message = stage.message("ask", request_for(), caller=BOB, attached=2 * miss).answer(MISS)
    assert message.accepted == miss
    assert _account(stage) == [miss, 0, 0, 0, miss]
    message.answer(inferred(), refunded=message.attached - 1_000).answer(STORED)
    assert message.reply["Answered"]["charged_cycles"] == 1_000 + MARGIN
    credit = miss - 1_000 - MARGIN
    assert _account(stage) == [miss, 1_000, MARGIN, credit, 0]
    second = stage.message("ask", request_for("more"), caller=BOB, attached=miss)
    due = _miss_cycles(stage, request_for("more"))
    second.answer(MISS)
    assert second.accepted == due - credit


def test_a_failure_costs_what_infer_spent(stage: Stage, request_for: Any) -> None:
    """No margin is taken for nothing."""
    miss = _miss_cycles(stage, request_for())
    message = stage.message("ask", request_for(), caller=BOB, attached=miss).answer(MISS)
    failed = {"refusal": {"Timeout": "slow"}, "outcalls": 1, "charged_cycles": 0}
    message.answer({"Failed": failed}, refunded=message.attached - 500)
    assert _account(stage) == [miss, 500, 0, miss - 500, 0]


def test_a_call_that_was_never_sent_costs_nothing(stage: Stage, request_for: Any) -> None:
    """Where 500 calls are out, the cycles stay; what the last call refunded says nothing."""
    miss = _miss_cycles(stage, request_for())
    message = stage.message("ask", request_for(), caller=BOB, attached=miss).answer(MISS)
    message.answer(err="Rejection code 2, Couldn't send message", refunded=0)
    assert message.reply == {"Refused": {"Busy": {"retry_after_s": 10}}}
    assert _account(stage) == [miss, 0, 0, miss, 0]


def test_a_bug_costs_nothing(stage: Stage, request_for: Any) -> None:
    """An exception in the callback gives the whole hold back as credit."""
    miss = _miss_cycles(stage, request_for())
    message = stage.message("ask", request_for(), caller=BOB, attached=miss).answer(MISS)
    message.answer("failed|0|nothing|{}", refunded=0)
    assert "Internal" in message.reply["Refused"]
    assert _account(stage)[4] == 0


def test_joining_costs_the_fee_of_a_hit(stage: Stage, request_for: Any, inferred: Any) -> None:
    """Whoever joins pays as for a hit, and reads that in the result."""
    miss = _miss_cycles(stage, request_for())
    first = stage.message("ask", request_for(), caller=BOB, attached=miss).answer(MISS)
    joined = stage.message("ask", request_for(), caller=BOB, attached=miss)
    assert joined.accepted == HIT_FEE
    first.answer(inferred()).answer(STORED)
    state = stage.ask("result", joined.reply["Joined"]["ticket"], caller=BOB)
    assert state["Settled"]["charged_cycles"] == HIT_FEE


def test_a_submitted_hit_keeps_the_rest_as_credit(stage: Stage, request_for: Any, hit: Any) -> None:
    """A ticket's worst case is accepted before the reply; a hit costs its fee of that."""
    miss = _miss_cycles(stage, request_for())
    message = stage.message("submit", request_for(), caller=BOB, attached=miss)
    assert message.accepted == miss
    message.answer(hit(message))
    assert _account(stage) == [miss, 0, HIT_FEE, miss - HIT_FEE, 0]


def test_a_late_reply_is_booked_all_the_same(stage: Stage, request_for: Any, inferred: Any) -> None:
    """The answer is dropped, the cycles are not."""
    miss = _miss_cycles(stage, request_for())
    message = stage.message("ask", request_for(), caller=BOB, attached=miss).answer(MISS)
    stage.tick(121)
    message.answer(inferred(), refunded=message.attached - 1_000)
    assert "LeaseLost" in message.reply["Refused"]
    assert _account(stage) == [miss, 1_000, MARGIN, miss - 1_000 - MARGIN, 0]


def test_a_reply_that_never_comes_ends_as_credit(stage: Stage, request_for: Any) -> None:
    """After an upgrade the hold of a flight that was out is swept into the credit."""
    miss = _miss_cycles(stage, request_for())
    stage.message("ask", request_for(), caller=BOB, attached=miss).answer(MISS)
    stage.upgrade()
    stage.tick(120 + 3_600)
    assert _account(stage) == [miss, 0, 0, miss, 0]


def test_credit_that_another_ask_used_up_is_not_owed(
    stage: Stage, request_for: Any, hit: Any
) -> None:
    """Two asks that count on one credit take no more than there is."""
    miss = _miss_cycles(stage, request_for("one"))
    stage.maps[5].entries[BOB] = f"{miss}|0|0|{miss}|0"
    first = stage.message("ask", request_for("one"), caller=BOB)
    second = stage.message("ask", request_for("two"), caller=BOB)
    second.answer(MISS)
    refused = stage.message("ask", request_for(), caller=BOB)
    assert "TooFewCycles" in refused.reply["Refused"]
    first.answer(hit(first))
    assert first.reply["Answered"]["charged_cycles"] == 0
    assert _account(stage)[3] == 0


def test_sponsored_askers_attach_nothing(stage: Stage, request_for: Any, inferred: Any) -> None:
    """The batcher pays, and says what the answer cost it; attached cycles stay untouched."""
    stage.ask("allow_asker", {"caller": BOB, "sponsored": "yes"})
    message = stage.message("ask", request_for(), caller=BOB, attached=10).answer(MISS)
    message.answer(inferred(), refunded=message.attached - 9).answer(STORED)
    assert message.accepted == 0
    assert message.reply["Answered"]["charged_cycles"] == 9
    counts = stage.ask("counters")
    assert counts["charged_cycles"] - counts["refunded_cycles"] == 9
    assert BOB not in stage.maps[5].entries
