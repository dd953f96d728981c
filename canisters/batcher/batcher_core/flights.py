"""The flights under way: one a digest, each with a lease, kept in a stable map and the heap.

A record is ``token|deadline_ns|state|read_until_ns|marks|shelf|resumed`` under its digest; marks
are 1 for awaited and 2 for refreshing, added up. Records of before lack the last two.
"""

from typing import NamedTuple

from batcher_core.flight_machine import (
    FINAL_STATES,
    LEASE_ENDED,
    UNOPENED,
    WORK_RESUMED,
    next_state,
)
from batcher_core.text_store import TextStore
from refrain_core.leases import Lease, held, may_settle

MOST_RESUMED = 1
"""What fails twice would fail again."""

_AWAITED = 1
_REFRESHING = 2


class Flight(NamedTuple):
    """The work on one digest. token: its fencing token; awaited: whether a ticket points at it.

    is_refreshing: whether an answer is stored meanwhile, which may serve others. shelf: the token
    that the tickets bear, 0 if that is its own; resumed: how often the work was begun again.
    """

    digest: str
    token: int
    deadline_ns: int
    state: str
    read_until_ns: int
    awaited: bool
    is_refreshing: bool = False
    shelf: int = 0
    resumed: int = 0

    @property
    def waiters_token(self) -> int:
        """The token under which whoever waits finds the outcome."""
        return self.shelf or self.token

    @property
    def is_resumable(self) -> bool:
        """Whether the work is begun again if its lease ends: for waiters, and once."""
        return self.awaited and self.resumed < MOST_RESUMED

    @property
    def lease(self) -> Lease:
        """The right to settle this flight."""
        return Lease(self.token, self.deadline_ns)


def pack_flight(flight: Flight) -> str:
    """Write a flight as its record."""
    marks = (_AWAITED if flight.awaited else 0) + (_REFRESHING if flight.is_refreshing else 0)
    lease = f"{flight.token}|{flight.deadline_ns}"
    return f"{lease}|{flight.state}|{flight.read_until_ns}|{marks}|{flight.shelf}|{flight.resumed}"


def unpack_flight(digest: str, record: str) -> Flight:
    """Read what `pack_flight` wrote."""
    token, deadline_ns, state, read_until_ns, marks, *further = record.split("|")
    shelf, resumed = further or ("0", "0")
    return Flight(
        digest,
        int(token),
        int(deadline_ns),
        state,
        int(read_until_ns),
        awaited=int(marks) & _AWAITED > 0,
        is_refreshing=int(marks) & _REFRESHING > 0,
        shelf=int(shelf),
        resumed=int(resumed),
    )


class FlightBoard:
    """All flights; the map is the truth, the heap its copy."""

    def __init__(self, store: TextStore) -> None:
        """Start empty; `load` reads what the store holds."""
        self._store = store
        self._flights: dict[str, Flight] = {}

    def __len__(self) -> int:
        """Count the flights, those past their lease included until they are swept."""
        return len(self._flights)

    def load(self) -> None:
        """Rebuild the heap's copy; bounded by max_flights."""
        self._flights = {
            digest: unpack_flight(digest, record) for digest, record in self._store.items()
        }

    def under_way(self, digest: str, now_ns: int) -> "Flight | None":
        """Return the flight of `digest` whose lease holds."""
        flight = self._flights.get(digest)
        return flight if flight is not None and held(flight.lease, now_ns) else None

    def settleable(self, digest: str, token: int, now_ns: int) -> "Flight | None":
        """Return the flight of `digest` if `token` still holds its lease."""
        flight = self._flights.get(digest)
        if flight is None or not may_settle(flight.lease, token, now_ns):
            return None
        return flight

    def open(self, flight: Flight, event: str) -> Flight:
        """Open an unopened flight by `event`, ending the expired one that it replaces.

        Whoever waited for that one waits for this.
        """
        overdue = self._flights.get(flight.digest)
        if overdue is not None:
            self.advance(overdue, LEASE_ENDED)
            if overdue.awaited:
                flight = flight._replace(shelf=overdue.waiters_token, awaited=True)
        opened = flight if flight.state == UNOPENED else flight._replace(state=UNOPENED)
        return self.advance(opened, event)

    def resume(self, flight: Flight, token: int, deadline_ns: int) -> Flight:
        """Begin a flight's work again under a new token; its tickets keep theirs."""
        moved = flight._replace(
            token=token,
            deadline_ns=deadline_ns,
            state=next_state(flight.state, WORK_RESUMED),
            shelf=flight.waiters_token,
            resumed=flight.resumed + 1,
        )
        self._keep(moved)
        return moved

    def is_awaited(self, digest: str, waiters_token: int, now_ns: int) -> bool:
        """Tell whether the holder of a ticket may still be served: by this work or its repeat."""
        flight = self._flights.get(digest)
        return (
            flight is not None
            and flight.waiters_token == waiters_token
            and (flight.is_resumable or held(flight.lease, now_ns))
        )

    def overdue(self, now_ns: int, most: int) -> "list[Flight]":
        """List at most `most` flights whose lease is over and whose work can be begun again."""
        flights = self._flights.values()
        return [one for one in flights if one.is_resumable and not held(one.lease, now_ns)][:most]

    def end_lease(self, flight: Flight, now_ns: int) -> None:
        """End the lease of a flight that is to be resumed, so that an ask may go before."""
        self._keep(flight._replace(deadline_ns=now_ns))

    def past(self, digest: str, token: int, now_ns: int) -> "Flight | None":
        """Return the flight of that token if its lease is over."""
        flight = self._flights.get(digest)
        if flight is None or flight.token != token or held(flight.lease, now_ns):
            return None
        return flight

    def all(self) -> "list[Flight]":
        """List all flights."""
        return list(self._flights.values())

    def advance(self, flight: Flight, event: str) -> Flight:
        """Take `event` by the table; a flight that ends by it leaves the board."""
        moved = Flight._make((*flight[:3], next_state(flight.state, event), *flight[4:]))
        if moved.state in FINAL_STATES:
            self._flights.pop(flight.digest, None)
            self._store.remove(flight.digest)
        else:
            self._keep(moved)
        return moved

    def renew(self, digest: str, token: int, now_ns: int, lease_ns: int) -> "Flight | None":
        """Renew the lease that `token` holds, never beyond what tickets last; None without one."""
        flight = self.settleable(digest, token, now_ns)
        if flight is not None:
            flight = flight._replace(deadline_ns=min(now_ns + lease_ns, flight.read_until_ns))
            self._keep(flight)
        return flight

    def await_by_ticket(self, flight: Flight, *, is_awaited: bool = True) -> None:
        """Note whether a ticket points at the flight, so that its outcome is kept."""
        if flight.awaited != is_awaited:
            self._keep(flight._replace(awaited=is_awaited))

    def expire(self, now_ns: int, most: int) -> "list[Flight]":
        """End at most `most` flights whose lease is over for good; return them."""
        flights = self._flights.values()
        overdue = [one for one in flights if not (one.is_resumable or held(one.lease, now_ns))]
        for flight in overdue[:most]:
            self.advance(flight, LEASE_ENDED)
        return overdue[:most]

    def _keep(self, flight: Flight) -> None:
        self._flights[flight.digest] = flight
        self._store.insert(flight.digest, pack_flight(flight))
