"""A stored answer, served to a ticket's holder because its flight came to nothing."""

from batcher_core.outcomes import Outcome
from batcher_core.serving import Found, as_taken, rescued
from batcher_core.work_items import Work
from batcher_state import desk, tallies


def serve_spare(work: Work, outcome: Outcome, found: Found) -> None:
    """Settle the opener's ticket with the spare answer, if what came is none for its asker."""
    taken = as_taken(outcome, work.plan.directives.least_trust)
    spare = rescued(taken, found)
    if spare is not taken:
        tallies.add("stale")
        desk.settle_ticket(work.ticket, work.plan.caller, spare)
