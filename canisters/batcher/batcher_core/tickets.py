"""Tickets: claims on the outcome of a flight, each readable by its asker only.

A record is ``asker|digest|token|deadline_ns|expires_at_ns|fee_cycles|part|least_trust`` under the
ticket's number as 16 hexadecimal digits, so that the map's order is the order of issue. Records of
before least_trust lack it.
"""

from typing import NamedTuple

from batcher_core.text_store import TextStore
from batcher_core.ticket_claims import Claims

OPENED = "opened"
JOINED = "joined"


class Ticket(NamedTuple):
    """A claim. part: whether its asker opened the flight or joined it, for `fee_cycles`.

    token: the flight's, or the ticket's own number once it has an outcome of its own.
    """

    asker: str
    digest: str
    token: int
    deadline_ns: int
    expires_at_ns: int
    fee_cycles: int
    part: str
    least_trust: str = ""


def pack_ticket(ticket: Ticket) -> str:
    """Write a ticket as its record."""
    return "|".join([str(field) for field in ticket])


def unpack_ticket(record: str) -> Ticket:
    """Read what `pack_ticket` wrote."""
    asker, digest, token, deadline_ns, expires_at_ns, fee_cycles, *rest = record.split("|")
    return Ticket(
        asker, digest, int(token), int(deadline_ns), int(expires_at_ns), int(fee_cycles), *rest
    )


def ticket_key(number: int) -> str:
    """Return the key of a ticket."""
    return f"{number:016x}"


class TicketBook:
    """All tickets; the heap knows when each expires, and which point at the same flight."""

    def __init__(self, store: TextStore) -> None:
        """Start empty; `load` reads what the store holds."""
        self._store = store
        self._expiries: dict[str, int] = {}
        self.claims = Claims()

    def __len__(self) -> int:
        """Count the tickets kept, expired ones included until they are swept."""
        return len(self._expiries)

    def load(self) -> None:
        """Rebuild the heap's index; bounded by max_tickets."""
        self._expiries = {}
        self.claims = Claims()
        for key, record in self._store.items():
            ticket = unpack_ticket(record)
            self._expiries[key] = ticket.expires_at_ns
            self.claims.add(ticket.token, int(key, 16))

    def all(self) -> "list[tuple[int, Ticket]]":
        """Return all tickets by their numbers: a walk through the whole map."""
        return [(int(key, 16), unpack_ticket(record)) for key, record in self._store.items()]

    def issue(self, number: int, ticket: Ticket) -> None:
        """Keep a ticket under its number."""
        self._expiries[ticket_key(number)] = ticket.expires_at_ns
        self._store.insert(ticket_key(number), pack_ticket(ticket))
        self.claims.add(ticket.token, number)

    def detach(self, number: int, ticket: Ticket) -> None:
        """Let a ticket point at no flight any more: it has an outcome of its own."""
        self.claims.drop(ticket.token, number)
        self.issue(number, ticket._replace(token=number))

    def read(self, number: int, asker: str) -> "Ticket | None":
        """Return the ticket if it is the asker's: others learn nothing, not even that it exists."""
        record = self._store.get(ticket_key(number))
        if record is None:
            return None
        ticket = unpack_ticket(record)
        return ticket if ticket.asker == asker else None

    def sweep(self, now_ns: int, most: int) -> int:
        """Forget at most `most` expired tickets, the oldest first; return how many."""
        swept = oldest_expired(self._expiries, now_ns, most)
        for key in swept:
            del self._expiries[key]
            record = self._store.remove(key)
            if record is not None:
                self.claims.drop(unpack_ticket(record).token, int(key, 16))
        return len(swept)


def oldest_expired(expiries: "dict[str, int]", now_ns: int, most: int) -> "list[str]":
    """Return at most `most` expired keys from the old end, up to the first that is still good."""
    expired: list[str] = []
    for key, expires_at_ns in expiries.items():
        if expires_at_ns > now_ns or len(expired) == most:
            break
        expired.append(key)
    return expired
