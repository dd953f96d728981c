"""The batcher's flights, tickets and results, one by one and behind the front desk."""

from typing import Any

from batcher_core import flights, outcomes, tickets
from batcher_core.batcher_bounds import Settings
from batcher_core.flight_machine import EVENTS, LOOKUP_BEGUN, MODEL_ANSWERED, MODEL_CALLED
from batcher_core.flights import Flight, FlightBoard
from batcher_core.front_desk import FrontDesk
from batcher_core.results import ResultShelf
from batcher_core.text_store import Stores
from batcher_core.tickets import Ticket, TicketBook
from tests.rustpython.inputs import OTHER, SECOND, START_NS, TENANT, Inputs, answer
from tests.rustpython.recording import Recording
from tests.rustpython.stand_ins import DictMap

MISS = "fwd=miss"
STORED = 'fwd=miss; stored; key="00ff"'
SETTINGS = Settings(lease_s=5, ticket_ttl_s=10, max_flights=4, max_tickets=6)


def add(book: Recording) -> None:
    """Record all chapters."""
    board(book)
    claims(book)
    shelf(book)
    desk(book)


def digest_of(number: int) -> str:
    """Name one of a few digests."""
    return f"{number:064x}"


def board(book: Recording) -> None:
    """Flights opened, advanced by any event, expired and reloaded."""
    book.chapter("batcher: flights")
    made = Inputs(40)
    store = book.call(DictMap)
    kept: Any = book.call(FlightBoard, store)
    for number in range(200):
        now_ns = START_NS + number
        digest = digest_of(made.random.randrange(4))
        flight = Flight(digest, number, now_ns + 9, "unopened", now_ns + 99, awaited=False)
        opened = book.call(FlightBoard.open, kept, flight, made.random.choice(EVENTS[:2]))
        if opened is not None:
            book.call(Flight.lease, opened)
            book.call(FlightBoard.await_by_ticket, kept, opened)
            record = book.call(flights.pack_flight, opened)
            book.call(flights.unpack_flight, digest, record)
        found = book.call(FlightBoard.under_way, kept, digest_of(made.random.randrange(4)), now_ns)
        if found is not None:
            book.call(FlightBoard.advance, kept, found, made.random.choice(EVENTS))
        book.call(FlightBoard.settleable, kept, digest, number - 1, now_ns)
        book.call(FlightBoard.expire, kept, now_ns - made.random.randrange(8), 2)
        book.call(FlightBoard.__len__, kept)
        if number % 70 == 69:
            kept = book.call(FlightBoard, store)
            book.call(FlightBoard.load, kept)
    book.call(DictMap.items, store)


def claims(book: Recording) -> None:
    """Tickets issued, read by their asker and others, swept."""
    book.chapter("batcher: tickets")
    store = book.call(DictMap)
    kept: Any = book.call(TicketBook, store)
    for number in range(40):
        ticket = Ticket(TENANT, digest_of(number), number, START_NS, START_NS + number, 7, "joined")
        book.call(tickets.unpack_ticket, book.call(tickets.pack_ticket, ticket))
        book.call(tickets.ticket_key, number)
        book.call(TicketBook.issue, kept, number, ticket)
        for asker in (TENANT, OTHER):
            book.call(TicketBook.read, kept, number // 2, asker)
        book.call(TicketBook.sweep, kept, START_NS + number - 5, 2)
        book.call(TicketBook.__len__, kept)
    kept = book.call(TicketBook, store)
    book.call(TicketBook.load, kept)
    book.call(TicketBook.read, kept, 10**6, TENANT)
    book.call(tickets.oldest_expired, {"a": 1, "b": 5, "c": 2}, 4, 9)
    book.call(DictMap.items, store)


def shelf(book: Recording) -> None:
    """Results in one and in many pieces, with characters across their ends."""
    book.chapter("batcher: results")
    made = Inputs(41)
    store = book.call(DictMap)
    kept: Any = book.call(ResultShelf, store)
    for number in range(30):
        content = made.text(200) * made.random.choice([1, 1, 40])
        outcome = outcomes.answered_outcome(digest_of(1), answer(content), MISS)
        book.call(ResultShelf.write, kept, number, outcome, START_NS + number)
        book.call(ResultShelf.read, kept, number, digest_of(1))
        book.call(ResultShelf.relabel, kept, number, digest_of(1), STORED)
        book.call(ResultShelf.sweep, kept, START_NS + number - 9, 2)
        book.call(ResultShelf.__len__, kept)
    huge = outcomes.answered_outcome(digest_of(1), answer("\U0001f600" * 70_000), MISS)
    book.call(ResultShelf.write, kept, 99, huge, START_NS)
    book.call(ResultShelf.read, kept, 99, digest_of(1))
    book.call(ResultShelf.relabel, kept, 10**6, digest_of(1), "x")
    kept = book.call(ResultShelf, store)
    book.call(ResultShelf.load, kept)
    book.call(ResultShelf.__len__, kept)
    book.call(DictMap.items, store)


def desk(book: Recording) -> None:
    """Everything together: opened, joined, settled late and in time, read, swept, upgraded."""
    book.chapter("batcher: front desk")
    made = Inputs(42)
    stores = Stores(*[book.call(DictMap) for _ in range(5)])
    kept: Any = book.call(FrontDesk, stores)
    book.call(FrontDesk.load, kept)
    tokens: list[tuple[str, int]] = []
    for number in range(220):
        now_ns = START_NS + number * SECOND
        one_turn(book, kept, tokens, (made, now_ns))
        book.call(
            FrontDesk.ticket_state, kept, made.random.randrange(1, number + 3), TENANT, now_ns
        )
        book.call(FrontDesk.census, kept)
        if number % 80 == 79:
            kept = book.call(FrontDesk, stores)
            book.call(FrontDesk.load, kept)
    for store in stores:
        book.call(DictMap.items, store)


def one_turn(
    book: Recording, kept: Any, tokens: "list[tuple[str, int]]", facts: "tuple[Inputs, int]"
) -> None:
    """Do one thing at the desk."""
    made, now_ns = facts
    digest = digest_of(made.random.randrange(6))
    flight = book.call(FrontDesk.under_way, kept, digest, now_ns)
    no_ticket = book.call(FrontDesk.refuse_ticket, kept, now_ns, SETTINGS)
    no_flight = book.call(FrontDesk.refuse_flight, kept, now_ns, SETTINGS)
    if flight is None and no_flight is None:
        event = made.random.choice([LOOKUP_BEGUN, MODEL_CALLED])
        flight = book.call(FrontDesk.open, kept, digest, event, now_ns, SETTINGS)
        tokens.append((digest, flight.token))
    if flight is not None and no_ticket is None:
        part = made.random.choice(["opened", "joined"])
        book.call(FrontDesk.give_ticket, kept, flight, made.random.choice([TENANT, OTHER]), part, 3)
    if tokens and made.random.randrange(2):
        settled = tokens.pop(made.random.randrange(len(tokens)))
        book.call(FrontDesk.depart, kept, *settled, MODEL_CALLED, now_ns)
        outcome = outcomes.answered_outcome(settled[0], answer(made.text(50)), MISS)
        book.call(FrontDesk.settle, kept, *settled, MODEL_ANSWERED, outcome, now_ns)
        book.call(FrontDesk.note_stored, kept, settled[0], settled[1], STORED)
    if made.random.randrange(4) == 0:
        book.call(FrontDesk.sweep, kept, now_ns)
