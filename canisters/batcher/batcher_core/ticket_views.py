"""What the holder of a ticket sees."""

from typing import Any

from batcher_core.flights import FlightBoard
from batcher_core.outcomes import Outcome, as_ticket_state, as_variant, collapsed
from batcher_core.results import ResultShelf
from batcher_core.serving import as_taken
from batcher_core.tickets import JOINED, Ticket
from refrain_core.refusals import not_allowed


def ticket_record(number: int, digest: str, expires_at_ns: int) -> dict[str, Any]:
    """Return a ticket as its Candid record."""
    return {"ticket": number, "digest": digest, "expires_at_ns": expires_at_ns}


def ticket_state(
    number: int,
    ticket: "Ticket | None",
    flights: FlightBoard,
    results: ResultShelf,
    now_ns: int,
) -> dict[str, Any]:
    """Return where a ticket stands, as a TicketState; None as a ticket is one of somebody else."""
    if ticket is None:
        return {"Refused": not_allowed("no such ticket of yours: it may have expired")}
    if now_ns >= ticket.expires_at_ns:
        return {"Expired": "the ticket expired: ask again"}
    outcome = results.read(ticket.token, ticket.digest)
    if outcome is None and flights.is_awaited(ticket.digest, ticket.token, now_ns):
        return {"Pending": ticket_record(number, ticket.digest, ticket.deadline_ns)}
    if outcome is None or outcome.answered is None:
        # Only a ticket whose asker had a spare answer has something under its own number.
        spare = results.read(number, ticket.digest)
        if spare is not None:
            return as_variant(spare, "Settled", "Failed")
    if outcome is None:
        return {"Expired": "the work was not finished before its deadline: ask again"}
    return as_ticket_state(_as_seen_by(number, ticket, outcome))


def _as_seen_by(number: int, ticket: Ticket, outcome: Outcome) -> Outcome:
    if ticket.token == number:
        return outcome
    if ticket.part == JOINED:
        outcome = collapsed(outcome, ticket.fee_cycles)
    return as_taken(outcome, ticket.least_trust)
