"""The batcher's batches: tables, lines, records, texts in pieces, the book and its pages."""

from typing import Any

from batcher_core import (
    batch_lines,
    batch_machine,
    batch_pages,
    batch_rules,
    batches,
)
from batcher_core.batch_book import BatchBook
from batcher_core.batch_shelf import BatchShelf, BatchStores
from batcher_core.batches import Batch, Item
from batcher_core.outcomes import answered_outcome, refused_outcome
from batcher_core.pieced_texts import PiecedTexts
from refrain_core.json_texts import json_text
from tests.rustpython.inputs import START_NS, TENANT, TEXTS, Inputs, answer, odd_requests
from tests.rustpython.recording import Recording
from tests.rustpython.stand_ins import DictMap

DIGEST = "d" * 64
STATUSES = ("hit; ttl=3", "fwd=miss; stored", "fwd=miss; collapsed")


def add(book: Recording) -> None:
    """Record all chapters."""
    tables(book)
    lines(book)
    texts(book)
    rules(book)
    whole(book)


def tables(book: Recording) -> None:
    """Every pair of both tables, and every pair of none."""
    book.chapter("batcher: batch machine")
    for state in batch_machine.STATES:
        for event in batch_machine.EVENTS:
            book.call(batch_machine.next_batch_state, state, event)
    for state in batch_machine.ITEM_STATES:
        for event in batch_machine.ITEM_EVENTS:
            book.call(batch_machine.next_item_state, state, event)


def line_of(custom_id: Any, request: Any) -> str:
    """Write a line, as a client would."""
    return json_text({"custom_id": custom_id, "request": request})


def lines(book: Recording) -> None:
    """Lines good and bad in every field."""
    book.chapter("batcher: batch lines")
    for text in ("", "{", "[]", "{}", '{"custom_id":1,"request":{}}', '{"custom_id":e}'):
        book.call(batch_lines.read_line, text)
    for request in odd_requests():
        book.call(batch_lines.read_line, line_of("é\x1b|1", request))
    good: dict[str, Any] = {"model": "m@1:q4", "messages": [{"role": "user", "content": "x"}]}
    for name, value in (
        *(("model", 5), ("messages", 5), ("messages", [5]), ("messages", [{"role": "user"}])),
        *(("seed", -1), ("seed", True), ("seed", 2**64), ("seed", 2**64 - 1), ("max_tokens", "5")),
        *(("stop", "x"), ("stop", [5]), ("stop", ["x"]), ("extra", 5), ("zzz", 1)),
    ):
        book.call(batch_lines.read_line, line_of("a", good | {name: value}))
    for custom_id in ("", "x" * 128, "x" * 129, None):
        book.call(batch_lines.read_line, line_of(custom_id, good))
    book.call(batch_lines.told, {"Busy": {"retry_after_s": 1}})


def texts(book: Recording) -> None:
    """Texts in one and in many pieces."""
    book.chapter("batcher: pieced texts")
    made = Inputs(70)
    kept: Any = book.call(PiecedTexts, book.call(DictMap))
    for number, text in enumerate([*TEXTS, made.text(9_000), made.text(30_000)]):
        book.call(PiecedTexts.put, kept, str(number), text)
        book.call(PiecedTexts.get, kept, str(number))
    for number in range(0, 40, 2):
        book.call(PiecedTexts.remove, kept, str(number))
        book.call(PiecedTexts.get, kept, str(number))


def rules(book: Recording) -> None:
    """What may become a batch; what tickets' states mean."""
    book.chapter("batcher: batch rules")
    for text in ("", "a\n\n b", "a\n" * 501):
        book.call(batch_rules.lines_of, text)
        for asker, window_s, kept in (
            *(("2vxsx-fae", 60, (0, 0)), (TENANT, 9, (0, 0)), (TENANT, 60, (0, 0))),
            *((TENANT, 60, (64, 0)), (TENANT, 60, (0, 2_000))),
        ):
            book.call(batch_rules.refuse_batch, asker, text, window_s, kept)
    book.call(batch_rules.refuse_batch, TENANT, "x" * 1_500_001, 60, (0, 0))
    states: list[dict[str, Any]] = [
        *({"Settled": {"a": 1}}, {"Consistent": {"answered": {"a": 1}}}, {"Inconsistent": {}}),
        *({"Failed": {"Timeout": "x"}}, {"Expired": "x"}, {"Pending": {}}),
    ]
    for state in states:
        book.call(batch_rules.outcome_of, state)


def whole(book: Recording) -> None:
    """Batches from their creation to the last removal, with upgrades between."""
    book.chapter("batcher: batch book")
    made = Inputs(71)
    stores = BatchStores(*[book.call(DictMap) for _ in range(4)])
    kept: Any = book.call(BatchBook, stores)
    book.call(BatchBook.load, kept)
    shelf: Any = book.call(BatchShelf, stores)
    good = {"model": "m@1:q4", "messages": [{"role": "user", "content": "é"}]}
    for turn in range(4):
        listed = [line_of(f"{turn} {place}", good) for place in range(6)]
        listed += ["no line"] if turn == 3 else []
        now_ns = START_NS + turn
        args = (kept, TENANT, listed, now_ns, now_ns + 1_000)
        batch = book.call(BatchBook.create, *args)
        book.call(Batch.item_key, batch, 3)
        book.call(batches.unpack_batch, f"{turn:016x}", book.call(batches.pack_batch, batch))
        work_off(book, (kept, batch, made, turn))
        read(book, kept, shelf, batch)
        kept = book.call(BatchBook, stores)
        book.call(BatchBook.load, kept)
    book.call(BatchBook.going_on, kept)
    for batch in book.call(BatchShelf.batches, shelf):
        book.call(BatchBook.forget, kept, batch, 4)
        book.call(BatchBook.forget, kept, batch, 4)
    for store in stores:
        book.call(DictMap.items, store)


def work_off(book: Recording, facts: "tuple[Any, Any, Inputs, int]") -> None:
    """Validate a batch, send its items, and let them end in different ways."""
    kept, batch, made, turn = facts
    for later in (5, 6):
        judged = book.call(BatchBook.next_lines, kept, batch, 4)
        book.call(BatchBook.judge, kept, batch, judged, START_NS + later)
    for place in list(batch.waiting):
        book.call(BatchBook.sent, kept, batch, place, 100 + place, DIGEST)
        if place == 2:
            book.call(BatchBook.lost, kept, batch, place)
            continue
        outcome = refused_outcome({"BadReply": "é|x"})
        if place % 3:
            outcome = answered_outcome(DIGEST, answer(made.text(40)), STATUSES[place % 3])
        if place < 4 or turn == 1:
            book.call(BatchBook.settle, kept, batch, place, outcome)
        book.call(Batch.count, book.call(Batch, 1, TENANT, 5), outcome)
    if turn == 2:
        book.call(BatchBook.cancel, kept, batch, START_NS + 7)
    for later in (8, 9, 2_000):
        book.call(batch_rules.due_event, batch, START_NS + later)
        if not batch.is_final:
            book.call(BatchBook.go_on, kept, batch, START_NS + later)
    book.call(Batch.take, batch, "cancel_asked", START_NS)


def read(book: Recording, kept: Any, shelf: Any, batch: Any) -> None:
    """Read everything of a batch, and write it anew piece by piece."""
    for name in ("key", "is_final", "ended"):
        book.call(getattr(Batch, name), batch)
    book.call(batch_pages.view_of, kept, batch)
    for of_errors in (False, True):
        book.call(batch_pages.page_of, kept, batch, 0, of_errors=of_errors)
        book.call(batch_pages.page_of, kept, batch, 3, of_errors=of_errors)
    book.call(BatchShelf.faults, shelf, batch)
    book.call(BatchShelf.batches, shelf)
    item = Item("pending", 0, 2**64 - 1, "a|b")
    book.call(batches.unpack_item, book.call(batches.pack_item, item))
    book.call(BatchShelf.keep_request, shelf, batch, 900, "x")
    book.call(BatchShelf.line, shelf, batch, 900)
    book.call(BatchShelf.keep_item, shelf, batch, 900, item)
    book.call(BatchShelf.item, shelf, batch, 900)
    book.call(BatchShelf.keep_result, shelf, batch, 900, refused_outcome({"BadReply": "x"}))
    book.call(BatchShelf.result, shelf, batch, 900)
    book.call(BatchShelf.keep_faults, shelf, batch)
    book.call(BatchShelf.keep_batch, shelf, batch)
    book.call(BatchShelf.forget_item, shelf, batch, 900)
    book.call(BatchShelf.forget_batch, shelf, batch)
    book.call(BatchShelf.keep_batch, shelf, batch)
