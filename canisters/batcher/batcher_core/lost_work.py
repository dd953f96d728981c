"""Flights that were lost with their calls: ended, or begun again for those who wait."""

from batcher_core.batcher_bounds import Settings
from batcher_core.flight_machine import LEASE_ENDED
from batcher_core.flights import Flight, FlightBoard
from batcher_core.numbering import Numbering
from batcher_core.work_items import Work
from batcher_core.work_shelf import WorkShelf
from refrain_core.limits import NANOSECONDS


class LostWork:
    """The end of flights by their lease, and what follows it."""

    def __init__(self, flights: FlightBoard, works: WorkShelf, numbering: Numbering) -> None:
        """Look after the flights of the board."""
        self.works = works
        self._flights = flights
        self._numbering = numbering

    def keep(self, flight: Flight, work: Work) -> None:
        """Keep what a flight was asked for, since somebody waits for it now."""
        self.works.write(flight.waiters_token, work)

    def orphaned(self, now_ns: int) -> "list[Flight]":
        """End what an upgrade left without its calls; return that, but for what can be resumed."""
        flights = self._flights.all()
        ended = [flight for flight in flights if not flight.is_resumable]
        for flight in flights:
            if flight.is_resumable:
                self._flights.end_lease(flight, now_ns)
            else:
                self._end(flight)
        return ended

    def overdue(self, now_ns: int, most: int) -> "list[Flight]":
        """List at most `most` flights whose work may be begun again."""
        return self._flights.overdue(now_ns, most)

    def resume(self, flight: Flight, now_ns: int, settings: Settings) -> "Work | None":
        """Begin a flight's work again; None, and the flight is over, if it is not known any more.

        Its price stays held under the token that it was held by.
        """
        work = self.works.read(flight.waiters_token)
        if work is None:
            self._end(flight)
            return None
        deadline_ns = now_ns + settings.lease_s * NANOSECONDS
        moved = self._flights.resume(flight, self._numbering.take(), deadline_ns)
        return work._replace(token=moved.token, hold=flight.token)

    def let_go(self, digest: str, token: int, now_ns: int) -> None:
        """End a flight whose lease is over and whose work is not to be begun again."""
        flight = self._flights.past(digest, token, now_ns)
        if flight is not None:
            self._end(flight)

    def expire(self, now_ns: int, most: int) -> None:
        """End at most `most` flights whose lease is over for good."""
        for flight in self._flights.expire(now_ns, most):
            self.works.forget(flight.waiters_token)

    def _end(self, flight: Flight) -> None:
        self._flights.advance(flight, LEASE_ENDED)
        self.works.forget(flight.waiters_token)
