"""Work that was lost and is begun again: kept, resumed, taken over, given up."""

from typing import Any

from batcher_core import ask_plan, flight_machine, money, ticket_views, work_items, work_shelf
from batcher_core.batcher_bounds import Settings
from batcher_core.flights import Flight, FlightBoard
from batcher_core.front_desk import FrontDesk
from batcher_core.lost_work import LostWork
from batcher_core.numbering import Numbering
from batcher_core.results import ResultShelf
from batcher_core.text_store import Stores
from tests.rustpython.inputs import MODEL, START_NS, TENANT, TEXTS, Inputs, ask
from tests.rustpython.recording import Recording
from tests.rustpython.stand_ins import DictMap

SECOND = 10**9
SETTINGS = Settings()


def add(book: Recording) -> None:
    """Record all chapters."""
    works(book)
    lost(book)
    views(book)


def work_of(prompt: str) -> Any:
    """Make the work of a request."""
    request = ask(prompt, cache_control="ttl=9, tags=a", extra='{"é":"|"}')
    plan: Any = ask_plan.plan_request(TENANT, "paying", request, [MODEL])
    return work_items.Work(plan, 5, money.Price(1, 2, 3), 7, None)


def works(book: Recording) -> None:
    """What is written is read, in pieces if it is long."""
    book.chapter("batcher: works")
    store = book.call(DictMap)
    shelf = book.call(work_shelf.WorkShelf, store)
    for number, text in enumerate([*TEXTS, "é|\U0001f600" * 3_000]):
        work = work_of(f"why {text}?")
        book.call(work_shelf.unpack_work, book.call(work_shelf.pack_work, work))
        book.call(work_shelf.WorkShelf.write, shelf, number, work)
        book.call(work_shelf.WorkShelf.read, shelf, number)
        book.call(work_shelf.WorkShelf.read, shelf, number + 99)
        book.call(work_shelf.WorkShelf.forget, shelf, number // 2)
    book.call(DictMap.items, store)


def lost(book: Recording) -> None:
    """Flights whose leases end, some with waiters, through upgrades."""
    book.chapter("batcher: lost work")
    made = Inputs(81)
    stores = [book.call(DictMap) for _ in range(3)]
    for turn in range(4):
        board: Any = book.call(FlightBoard, stores[0])
        book.call(FlightBoard.load, board)
        numbering = book.call(Numbering, stores[2])
        book.call(Numbering.load, numbering)
        shelf = book.call(work_shelf.WorkShelf, stores[1])
        desk = book.call(LostWork, board, shelf, numbering)
        now_ns = START_NS + turn * 1_000 * SECOND
        book.call(LostWork.orphaned, desk, now_ns)
        for _ in range(40):
            now_ns += made.random.randrange(40) * SECOND
            one_turn(book, made, board, desk, now_ns)
    for store in stores:
        book.call(DictMap.items, store)


def one_turn(book: Recording, made: Inputs, board: Any, desk: Any, now_ns: int) -> None:
    """Do one thing to a flight."""
    digest = f"{made.random.randrange(5):064x}"
    flight = book.call(FlightBoard.under_way, board, digest, now_ns)
    if flight is None:
        deadline_ns = now_ns + 100 * SECOND
        unopened = Flight(digest, made.random.randrange(99), deadline_ns, "x", 9, awaited=False)
        flight = book.call(FlightBoard.open, board, unopened, flight_machine.LOOKUP_BEGUN)
    book.call(Flight.is_resumable, flight)
    token = book.call(Flight.waiters_token, flight)
    if made.random.random() < 0.5:
        book.call(FlightBoard.await_by_ticket, board, flight)
        book.call(LostWork.keep, desk, flight, work_of(digest))
    book.call(FlightBoard.is_awaited, board, digest, token, now_ns)
    book.call(FlightBoard.past, board, digest, token, now_ns + 200 * SECOND)
    if made.random.random() < 0.2:
        book.call(FlightBoard.end_lease, board, flight, now_ns)
    if made.random.random() < 0.2:
        book.call(LostWork.let_go, desk, digest, flight.token, now_ns)
    for overdue in book.call(LostWork.overdue, desk, now_ns, 2):
        book.call(LostWork.resume, desk, overdue, now_ns, SETTINGS)
    book.call(FlightBoard.overdue, board, now_ns, 3)
    book.call(LostWork.expire, desk, now_ns, 2)
    book.call(FlightBoard.all, board)
    for one in board.all()[:1]:
        if one.is_resumable:
            book.call(FlightBoard.resume, board, one, 1_000, now_ns)


def views(book: Recording) -> None:
    """What the holder of a ticket sees of work that is lost."""
    book.chapter("batcher: tickets of lost work")
    stores = Stores(*[book.call(DictMap) for _ in range(5)])
    desk: Any = book.call(FrontDesk, stores)
    book.call(FrontDesk.load, desk)
    flight = book.call(FrontDesk.open, desk, "0" * 64, "lookup_begun", START_NS, SETTINGS)
    ticket = book.call(FrontDesk.give_ticket, desk, flight, TENANT, "opened", 3)
    for seconds in (1, 121, 900):
        now_ns = START_NS + seconds * SECOND
        book.call(FrontDesk.ticket_state, desk, ticket["ticket"], TENANT, now_ns)
        book.call(FrontDesk.sweep, desk, now_ns)
    book.call(ticket_views.ticket_record, 1, "é", 2)
    board = book.call(FlightBoard, book.call(DictMap))
    results = book.call(ResultShelf, book.call(DictMap))
    book.call(ticket_views.ticket_state, 1, None, board, results, START_NS)
