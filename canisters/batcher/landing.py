"""How a flight ends: once, for all who wait for it and for the votes that count it."""

from typing import Any

from kybra import ic

import till
from batcher_core.call_reading import outcalls_of, read_inference
from batcher_core.flight_machine import MODEL_ANSWERED
from batcher_core.outcomes import Outcome, charged, refused_outcome
from batcher_core.serving import Found
from batcher_core.work_items import Work
from batcher_state import desk, polls, tallies
from polling import concluded, note_late
from refrain_core.refusals import internal, lease_lost


def landed(  # noqa: PLR0913, PLR0917 - a reply and what it cost
    work: Work,
    found: Found,
    ok: "dict[str, Any] | None",
    err: Any,
    spent: int,
    booked: int = 0,
) -> Outcome:
    """End a flight by its model's reply or reject, and book what that cost beyond `booked`."""
    outcome = read_inference(ok, err, work.plan.digest, found.status())
    tallies.add("outcalls", outcalls_of(ok))
    # A failure costs what it cost, and no margin.
    margin = 0 if outcome.answered is None else work.cost.margin_cycles
    return settled(work, MODEL_ANSWERED, charged(outcome, till.book(work, spent, margin, booked)))


def settled(work: Work, event: str, outcome: Outcome) -> Outcome:
    """End a flight by its outcome; return what its own asker gets."""
    if not desk.settle(work.plan.digest, work.token, event, outcome, ic.time()):
        return late(work)._replace(paid_cycles=_paid(outcome))
    if outcome.answered is None:
        tallies.add("failures")
    _tell(work, outcome)
    return outcome


def abandoned(work: Work, error: Exception) -> Outcome:
    """End a flight that met a bug: its hold becomes credit, its waiters get the failure."""
    till.release(work)
    # The error's text may quote a prompt; its class does not.
    name = type(error).__name__
    outcome = refused_outcome(internal(f"{name} in the batcher: ask again, report it if it stays"))
    desk.settle(work.plan.digest, work.token, MODEL_ANSWERED, outcome, ic.time())
    tallies.add("failures")
    _tell(work, outcome)
    return outcome


def late(work: Work) -> Outcome:
    """Count a reply that came after its flight's deadline, and refuse it.

    What was not lost but late is not begun again.
    """
    desk.lost.let_go(work.plan.digest, work.token, ic.time())
    tallies.add("late_replies")
    text = "the reply came after the flight's deadline and was dropped: ask again"
    return refused_outcome(lease_lost(text))


def _tell(work: Work, outcome: Outcome) -> None:
    """Count an ended flight in the votes that listen to it."""
    for poll, number in polls.tell(work.token, outcome):
        note_late(poll, number, outcome)
        concluded(poll)


def _paid(outcome: Outcome) -> int:
    answered = outcome.answered
    return outcome.paid_cycles if answered is None else int(answered["charged_cycles"])
