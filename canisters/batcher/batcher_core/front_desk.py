"""Flights, tickets and results together: who opens, who joins, who may settle, what is read."""

from typing import TYPE_CHECKING, Any

from batcher_core.batcher_bounds import Settings
from batcher_core.called_off import CalledOff
from batcher_core.fetch_watch import FetchWatch
from batcher_core.flight_machine import UNOPENED, WORK_REFUSED
from batcher_core.flights import Flight, FlightBoard
from batcher_core.lost_work import LostWork
from batcher_core.numbering import Numbering
from batcher_core.outcomes import Outcome, charged
from batcher_core.results import ResultShelf
from batcher_core.text_store import Stores
from batcher_core.ticket_views import ticket_record, ticket_state
from batcher_core.tickets import Ticket, TicketBook
from batcher_core.work_shelf import WorkShelf
from refrain_core.limits import NANOSECONDS
from refrain_core.refusals import busy

if TYPE_CHECKING:
    from collections.abc import Callable

SWEEP_INTERVAL_S = 60
"""An empty timer's message costs 16 M cycles: a minute's are 23 B a day, ten seconds' 139 B."""

RETRY_AFTER_S = 10
SWEEP_STEPS = 64
"""Records of each kind that one sweep removes at most; an insert or removal is about 1 M."""

_LOOKUP_LOST_NS = 3_600 * NANOSECONDS


class FrontDesk:
    """Everything that is in flight or waits to be read."""

    def __init__(self, stores: Stores) -> None:
        """Start empty; `load` reads what the stores hold."""
        self.watch = FetchWatch()
        self._flights = FlightBoard(stores.flights)
        self._tickets = TicketBook(stores.tickets)
        self._results = ResultShelf(stores.results)
        self._numbering = Numbering(stores.meta)
        self.lost = LostWork(self._flights, WorkShelf(stores.works), self._numbering)
        self.off = CalledOff(self._flights, self._tickets, self.lost.works)
        self._moved: dict[int, int] = {}
        self.told: Callable[[int], None] = _nobody

    def load(self) -> None:
        """Rebuild every index of the heap."""
        self._flights.load()
        self._tickets.load()
        self._results.load()
        self._numbering.load()

    def census(self) -> dict[str, int]:
        """Return how many flights are open and tickets kept."""
        return {"flights_open": len(self._flights), "tickets_kept": len(self._tickets)}

    def under_way(self, digest: str, now_ns: int) -> "Flight | None":
        """Return the flight that an asker of `digest` can join."""
        return self._flights.under_way(digest, now_ns)

    def refuse_flight(self, now_ns: int, settings: Settings) -> "dict[str, Any] | None":
        """Refuse one more flight where there are too many."""
        if len(self._flights) >= settings.max_flights:
            self.lost.expire(now_ns, SWEEP_STEPS)
        is_full = len(self._flights) >= settings.max_flights
        return busy(RETRY_AFTER_S) if is_full else None

    def refuse_ticket(self, now_ns: int, settings: Settings) -> "dict[str, Any] | None":
        """Refuse one more ticket where there are too many."""
        if len(self._tickets) >= settings.max_tickets:
            self._tickets.sweep(now_ns, SWEEP_STEPS)
        is_full = len(self._tickets) >= settings.max_tickets
        return busy(RETRY_AFTER_S) if is_full else None

    def open(
        self,
        digest: str,
        event: str,
        now_ns: int,
        settings: Settings,
        *,
        is_refreshing: bool = False,
    ) -> Flight:
        """Open a flight under a new token, by the event that it begins with."""
        deadline_ns = now_ns + settings.lease_s * NANOSECONDS
        read_until_ns = deadline_ns + settings.ticket_ttl_s * NANOSECONDS
        token = self._numbering.take()
        unopened = Flight(
            digest,
            token,
            deadline_ns,
            UNOPENED,
            read_until_ns,
            awaited=False,
            is_refreshing=is_refreshing,
        )
        return self._flights.open(unopened, event)

    def give_ticket(
        self, flight: Flight, asker: str, part: str, fee_cycles: int, least_trust: str = ""
    ) -> dict[str, Any]:
        """Issue a ticket for the flight; return it as a Ticket record.

        least_trust: the least label that its asker takes; "" for any.
        """
        self._flights.await_by_ticket(flight)
        number = self._numbering.take()
        ticket = Ticket(
            asker,
            flight.digest,
            flight.waiters_token,
            flight.deadline_ns,
            flight.read_until_ns,
            fee_cycles,
            part,
            least_trust,
        )
        self._tickets.issue(number, ticket)
        return ticket_record(number, flight.digest, flight.read_until_ns)

    def settle_ticket(self, number: int, asker: str, outcome: Outcome) -> None:
        """Give a ticket an outcome of its own, whatever becomes of its flight; it gets one once."""
        ticket = self._tickets.read(number, asker)
        if ticket is not None and ticket.token != number:
            self._results.write(number, outcome, ticket.expires_at_ns)
            self._tickets.detach(number, ticket)
            self.told(number)

    def lay_by(self, number: int, asker: str, spare: Outcome) -> None:
        """Keep an answer that a ticket gets if its flight comes to nothing."""
        ticket = self._tickets.read(number, asker)
        if ticket is not None:
            self._results.write(number, charged(spare, ticket.fee_cycles), ticket.expires_at_ns)

    def depart(
        self, digest: str, token: int, event: str, now_ns: int, *, is_refreshing: bool = False
    ) -> bool:
        """Move a flight on by `event` if `token` still holds its lease."""
        flight = self._flights.settleable(digest, token, now_ns)
        if flight is None:
            return False
        self._flights.advance(flight._replace(is_refreshing=is_refreshing), event)
        return True

    def renew(self, digest: str, token: int, now_ns: int, settings: Settings) -> "Flight | None":
        """Renew the lease of a flight that goes on, if `token` still holds it."""
        return self._flights.renew(digest, token, now_ns, settings.lease_s * NANOSECONDS)

    def settle(self, digest: str, token: int, event: str, outcome: Outcome, now_ns: int) -> bool:
        """End a flight with its outcome; False, and nothing kept, if `token` lost its lease."""
        flight = self._flights.settleable(digest, token, now_ns)
        if flight is None:
            return False
        # First what can fail, so that a flight without its outcome stays open.
        if flight.awaited:
            self._results.write(flight.waiters_token, outcome, flight.read_until_ns)
            self.lost.works.forget(flight.waiters_token)
            if flight.shelf:
                self._moved[token] = flight.shelf
        self._flights.advance(flight, WORK_REFUSED if outcome.answered is None else event)
        self.watch.settle(digest, outcome)
        self.told(flight.waiters_token)
        return True

    def note_stored(self, digest: str, token: int, status: str) -> None:
        """Note that the cache kept the answer, for whoever reads it by ticket."""
        self._results.relabel(self._moved.pop(token, token), digest, status)

    def ticket(self, number: int, asker: str) -> "Ticket | None":
        """Return a ticket of the asker's."""
        return self._tickets.read(number, asker)

    def tickets(self) -> "list[tuple[int, Ticket]]":
        """Return all tickets by their numbers: a walk through the whole map."""
        return self._tickets.all()

    def ticket_state(self, number: int, asker: str, now_ns: int) -> dict[str, Any]:
        """Return where a ticket stands, as a TicketState; changes nothing."""
        ticket = self._tickets.read(number, asker)
        return ticket_state(number, ticket, self._flights, self._results, now_ns)

    def sweep(self, now_ns: int) -> None:
        """Remove a bounded number of everything that is over."""
        self.lost.expire(now_ns, SWEEP_STEPS)
        self._tickets.sweep(now_ns, SWEEP_STEPS)
        self._results.sweep(now_ns, SWEEP_STEPS)
        self.watch.sweep(now_ns - _LOOKUP_LOST_NS)
        self.off.sweep(now_ns - _LOOKUP_LOST_NS)


def _nobody(_token: int) -> None:
    """Tell nobody that a flight or a ticket ended."""
