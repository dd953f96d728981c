"""Ending a vote once it is decided, and keeping its verdict."""

from collections.abc import Generator
from typing import Any

from kybra import ic

import till
from batcher_core.flight_machine import MODEL_ANSWERED
from batcher_core.outcomes import Outcome, charged, refused_outcome
from batcher_core.polls import Poll
from batcher_core.serving import UNSOUGHT
from batcher_core.vote_counting import Count, agreeing, agrees, count, decided
from batcher_state import desk, polls, tallies, voter_book
from keeping import kept
from refrain_core.consensus.verdicts import OPEN
from refrain_core.refusals import internal
from self_calls import tasks
from spares import serve_spare

Keeping = Generator[Any, Any, None]


def concluded(poll: Poll) -> None:
    """End a vote that its voters decided, and let go of one for which nobody is out any more."""
    if not poll.is_closed:
        try:
            counted = count(poll, voter_book.records)
            if counted.standing != OPEN:
                _end(poll, counted)
        except Exception as error:  # noqa: BLE001 - a voter's own flight must not suffer from it
            _settle(poll, refused_outcome(internal(f"{type(error).__name__} in counting votes")))
    if poll.is_closed and poll.is_over:
        till.close(poll.hold)
        polls.forget(poll)


def note_late(poll: Poll, number: int, outcome: Outcome) -> None:
    """Count in its provider's record an answer that came after the verdict."""
    provider = poll.voters[number].plan.provider or outcome.provider
    if poll.agreed and provider and outcome.answered is not None:
        _record(poll, provider, agreed=agrees(poll, outcome.answered["answer"]["content"]))


def overdue(poll: Poll) -> None:
    """End a vote at its deadline with what is there."""
    if not poll.is_closed:
        poll.run_out()
        _end(poll, count(poll, voter_book.records))


def _end(poll: Poll, counted: Count) -> None:
    poll.close()
    found = poll.work.found or UNSOUGHT
    outcome = charged(decided(poll, counted, found.status()), poll.charged_cycles())
    if not _settle(poll, outcome):
        return
    serve_spare(poll.work, outcome, found)
    if outcome.answered is None:
        return
    tallies.add("agreed")
    poll.agree_on(outcome.answered["answer"]["content"])
    voices = agreeing(outcome)
    for provider in sorted(voices):
        _record(poll, provider, agreed=voices[provider])
    tasks.send(_keep, (poll, outcome))


def _record(poll: Poll, provider: str, *, agreed: bool) -> None:
    if provider not in poll.recorded:
        poll.recorded.add(provider)
        voter_book.note(provider, agreed=agreed)


def _settle(poll: Poll, outcome: Outcome) -> bool:
    poll.close()
    tallies.add("votes")
    tallies.add("failures", int(outcome.answered is None))
    if poll.timer:
        ic.clear_timer(poll.timer)
    plan, now_ns = poll.work.plan, ic.time()
    return desk.settle(plan.digest, poll.token, MODEL_ANSWERED, outcome, now_ns)


def _keep(agreed: "tuple[Poll, Outcome]") -> Keeping:
    poll, outcome = agreed
    found = poll.work.found or UNSOUGHT
    yield from kept(poll.work.plan, poll.token, outcome, found, poll.began_ns)
