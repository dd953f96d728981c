"""The batcher's rounds: unfinished answers kept and read, the plan of rounds, streams."""

from typing import Any

from batcher_core import kept_rounds, ledger, money, round_plan, streams
from batcher_core.flights import Flight, FlightBoard
from batcher_core.front_desk import FrontDesk
from batcher_core.kept_rounds import Kept, RoundShelf
from batcher_core.text_store import Stores
from tests.rustpython.desk_chapters import SETTINGS, digest_of
from tests.rustpython.inputs import SECOND, START_NS, TENANT, TEXTS, Inputs, answer, ask
from tests.rustpython.recording import Recording
from tests.rustpython.stand_ins import DictMap


def add(book: Recording) -> None:
    """Record all chapters."""
    shelf(book)
    plan(book)
    stream(book)
    leases(book)


def kept_of(content: str, **fields: Any) -> Kept:
    """Make an unfinished answer."""
    return Kept(answer(content, **fields), 3, 2, until_ns=START_NS + 50)


def shelf(book: Recording) -> None:
    """Rounds added, read, dropped, swept and reloaded."""
    book.chapter("batcher: kept rounds")
    made = Inputs(43)
    store = book.call(DictMap)
    kept: Any = book.call(RoundShelf, store)
    for number in range(90):
        digest = digest_of(made.random.randrange(3))
        said = made.random.choice([*TEXTS, "é" * 3_000])
        before = book.call(RoundShelf.read, kept, digest, START_NS)
        text = ("" if before is None else before.answer["content"]) + said
        one = Kept(answer(text), number, 1, START_NS + number)
        book.call(RoundShelf.add, kept, digest, one, said)
        book.call(RoundShelf.read, kept, digest, START_NS + 40)
        if number % 7 == 6:
            book.call(RoundShelf.drop, kept, digest)
        if number % 11 == 10:
            book.call(RoundShelf.sweep, kept, START_NS + number - 20, 2)
        if number % 30 == 29:
            kept = book.call(kept_rounds.RoundShelf, store)
            book.call(RoundShelf.load, kept)
    book.call(RoundShelf.drop, kept, "no such digest")


def plan(book: Recording) -> None:
    """What the next round asks and may cost, and when there is none."""
    book.chapter("batcher: round plan")
    for max_tokens in (None, 1, 64, 512, 4_096, 32_768):
        request = ask("é?", max_tokens=max_tokens)
        book.call(money.rounds_of, max_tokens)
        book.call(money.call_cycles_of, request, 1)
        book.call(money.call_cycles_of, request, 9)
        for kept in (None, *[kept_of(text) for text in TEXTS]):
            book.call(round_plan.tokens_left, request, kept)
            book.call(round_plan.round_request, request, kept)
            book.call(round_plan.round_cycles, request, kept)
            for finish in ("stop", "length", "budget"):
                inferred = {"answer": answer("more", finish=finish, trust="replicated")}
                book.call(round_plan.merged, kept, inferred, is_limited=max_tokens is not None)
            if kept is None:
                continue
            book.call(round_plan.least_round_cycles, request, kept)
            book.call(round_plan.tokens_of, kept.answer)
            for continues, said in (("yes", "x"), ("yes", ""), ("no", "x")):
                book.call(round_plan.goes_on, request, kept, continues, said)
    book.call(round_plan.lasts, START_NS + 5 * SECOND, START_NS, 5)


def stream(book: Recording) -> None:
    """Parts of settled and of unfinished answers."""
    book.chapter("batcher: streams")
    for text in (*TEXTS, "é\U0001f600" * 3_000):
        settled = {"Settled": {"answer": answer(text)}}
        for cursor in (0, 1, 4_001, 10**6):
            book.call(streams.streamed, settled, None, "", cursor)
            for least in ("", "replicated"):
                book.call(streams.streamed, {"Pending": {}}, kept_of(text), least, cursor)
    book.call(streams.streamed, {"Pending": {}}, None, "", 3)
    book.call(streams.streamed, {"Expired": "x"}, None, "", 3)
    consistent = {"Consistent": {"answered": {"answer": answer("é")}}}
    book.call(streams.streamed, consistent, None, "", 0)
    book.call(streams.streamed, {"Inconsistent": {}}, None, "", 0)


def leases(book: Recording) -> None:
    """Leases renewed while they hold; what one of several calls cost, booked."""
    book.chapter("batcher: renewed leases")
    board: Any = book.call(FlightBoard, book.call(DictMap))
    flight = Flight("d", 1, START_NS + 9, "unopened", START_NS + 30, awaited=False)
    book.call(FlightBoard.open, board, flight, "model_called")
    for token, later in ((1, 5), (2, 6), (1, 12), (1, 29), (1, 31)):
        book.call(FlightBoard.renew, board, "d", token, START_NS + later, 9)
    stores = Stores(*[book.call(DictMap) for _ in range(5)])
    desk: Any = book.call(FrontDesk, stores)
    book.call(FrontDesk.renew, desk, "d", 1, START_NS, SETTINGS)
    accounts: Any = book.call(ledger.Ledger, book.call(DictMap), book.call(DictMap))
    book.call(ledger.Ledger.hold, accounts, 1, TENANT, 900, 700, START_NS)
    for token in (1, 2, 1):
        book.call(ledger.Ledger.draw, accounts, token, 100, 0)
    book.call(ledger.Ledger.release, accounts, 1, 50, 5)
    book.call(ledger.Ledger.account, accounts, TENANT)
