"""What becomes of a flight whose last ticket is cancelled: ended, or left to end for nobody.

A call that is out is paid for, so its answer is stored for later. What has not begun is not begun,
and of an answer in several rounds no further one is asked for. Work that is ended here may still
wait for a lookup or for its message; it meets its mark there, once.
"""

from batcher_core.flight_machine import CALLED_OFF
from batcher_core.flights import Flight, FlightBoard
from batcher_core.tickets import Ticket, TicketBook
from batcher_core.work_shelf import WorkShelf


class CalledOff:
    """Flights that nobody waits for any more. The marks are in the heap, as the work itself is."""

    def __init__(self, flights: FlightBoard, tickets: TicketBook, works: WorkShelf) -> None:
        """Look after the flights of the board."""
        self._flights = flights
        self._tickets = tickets
        self._works = works
        self._marks: dict[int, int] = {}

    def flight_of(self, ticket: Ticket, now_ns: int) -> "Flight | None":
        """Return the flight that a ticket points at, past its lease too if it is to be resumed."""
        flight = self._flights.under_way(ticket.digest, now_ns)
        if flight is None:
            past = [one for one in self._flights.all() if one.digest == ticket.digest]
            flight = past[0] if past else None
        return flight if flight is not None and flight.waiters_token == ticket.token else None

    def is_claimed(self, flight: Flight) -> bool:
        """Tell whether a ticket points at the flight."""
        return self._tickets.claims.is_claimed(flight.waiters_token)

    def was_opened_by_ticket(self, flight: Flight) -> bool:
        """Tell whether nobody waits for the flight in the reply: its opener was given a ticket."""
        work = self._works.read(flight.waiters_token)
        return work is not None and work.ticket > 0

    def end(self, flight: Flight, now_ns: int) -> None:
        """End a flight whose work has not begun, and mark that work."""
        self._flights.advance(flight, CALLED_OFF)
        self._works.forget(flight.waiters_token)
        self.mark(flight.token, now_ns)

    def leave(self, flight: Flight) -> None:
        """Let a flight end for nobody: lost, it is not begun again."""
        self._flights.await_by_ticket(flight, is_awaited=False)
        self._works.forget(flight.waiters_token)

    def mark(self, token: int, now_ns: int) -> None:
        """Have no more asked for the flight of that token."""
        self._marks[token] = now_ns

    def unmark(self, token: int) -> None:
        """Have it asked for again: somebody waits."""
        self._marks.pop(token, None)

    def take(self, token: int) -> bool:
        """Tell whether a flight's work is called off; the mark is gone then."""
        return self._marks.pop(token, None) is not None

    def sweep(self, before_ns: int) -> None:
        """Forget the marks that no work came for."""
        for token in [token for token, ns in self._marks.items() if ns < before_ns]:
            del self._marks[token]
