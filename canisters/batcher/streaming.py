"""`stream`: what a ticket's answer says so far, read for its asker."""

from typing import Any

from kybra import ic

from batcher_core.streams import streamed
from batcher_core.tickets import TicketBook
from batcher_maps import tickets_map
from batcher_state import desk, rounds


def read_stream(number: int, asker: str, cursor: int) -> dict[str, Any]:
    """Return a StreamResult; whoever is not the ticket's asker is refused."""
    now_ns = ic.time()
    state = desk.ticket_state(number, asker, now_ns)
    # Reading needs no index of the heap, so the desk's own book need not be handed out.
    ticket = TicketBook(tickets_map).read(number, asker)
    if ticket is None or "Pending" not in state:
        return streamed(state, None, "", cursor)
    kept = rounds.read(ticket.digest, now_ns)
    if kept is not None and kept.token != ticket.token:
        # Left by a flight that was lost: this one may begin anew.
        kept = None
    return streamed(state, kept, ticket.least_trust, cursor)
