"""What is read of a batch: its view, the faults of its lines, its results in pages."""

from typing import Any

from batcher_core.batch_book import BatchBook
from batcher_core.batch_machine import CANCELLED, ENDED_ITEMS, EXPIRED, REFUSED, STATES
from batcher_core.batches import Batch
from refrain_core.refusals import cancelled, timeout

MOST_ROWS = 64
"""Items looked at for one page."""

PAGE_BYTES = 1_000_000
"""Texts of one page, about; a query's reply may have three million bytes."""


def view_of(book: BatchBook, batch: Batch) -> dict[str, Any]:
    """Return a batch as a BatchView record."""
    view: dict[str, Any] = {"batch": batch.number, "status": batch.state}
    view.update(batch.counts)
    view["expires_at_ns"] = batch.expires_at_ns
    for state in STATES:
        view[f"{state}_at_ns"] = batch.times_ns[state]
    faults = book.shelf.faults(batch)
    view["faults"] = [{"line": fault.line, "message": fault.message} for fault in faults]
    return view


def page_of(book: BatchBook, batch: Batch, start: int, *, of_errors: bool) -> dict[str, Any]:
    """Return results from the item at `start` on, as a BatchPage; its `next` is None at the end."""
    rows: list[dict[str, Any]] = []
    room = PAGE_BYTES
    total = batch.counts["total"]
    end = min(total, start + MOST_ROWS)
    for place in range(start, end):
        row = _row(book, batch, place, of_errors)
        if row is not None:
            rows.append(row)
            room -= _size(row)
        if room <= 0:
            end = place + 1
            break
    return {"rows": rows, "next": end if end < total else None}


def _row(book: BatchBook, batch: Batch, place: int, of_errors: bool) -> "dict[str, Any] | None":  # noqa: FBT001 - one private caller
    item = book.shelf.item(batch, place)
    if item is None:
        return None
    if item.state in ENDED_ITEMS:
        if (item.state == REFUSED) != of_errors:
            return None
        outcome = book.shelf.result(batch, place)
        return _named(item.custom_id, outcome.answered, outcome.refusal)
    reason = _UNENDED.get(batch.state)
    return None if reason is None or not of_errors else _named(item.custom_id, None, reason)


def _named(custom_id: str, answered: Any, refusal: Any) -> dict[str, Any]:
    return {"custom_id": custom_id, "answered": answered, "refusal": refusal}


def _size(row: dict[str, Any]) -> int:
    answered = row["answered"]
    return len(row["custom_id"]) + (100 if answered is None else len(answered["answer"]["content"]))


_UNENDED = {
    EXPIRED: timeout("the batch's time was over before this request was done: put it into another"),
    CANCELLED: cancelled("the batch was cancelled before this request was done"),
}
