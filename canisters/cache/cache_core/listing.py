"""Pages of what is stored: a bank's keys in their order, from a cursor on, so many rows at most."""

from collections.abc import Callable
from typing import Any

from cache_core.answer_cache import AnswerCache
from cache_core.answer_texts import Entry, owner_of, read_record
from cache_core.lookups import Sees
from cache_core.places import BANKS
from refrain_core.limits import NANOSECONDS
from refrain_core.refusals import bad_request

MOST_ROWS = 100
KEY_CHARACTERS = 16

MOST_WALKED = 10_000
"""Values read for one page, but for a single bank's: at 80,000 instructions each 0.8 G."""

MOST_LOOKED_AT = 5_000
"""Answers that a page passes over without showing them: another 0.5 G."""


def page_of(  # noqa: PLR0913, PLR0917 - what a page is made of
    cache: AnswerCache,
    cursor: str,
    most: int,
    render: Callable[[Entry, str, str], Any],
    sees: Sees,
    has_room: Callable[[Any], bool] = lambda _: True,
) -> Any:
    """Return a page as {"rows", "next"}, or the refusal of its cursor.

    cursor: "" begins, and each page's "next" goes on, "" at the end; it is a bank's number and the
    key last seen. A page may be empty and yet not the last. `render` is given an entry, its key and
    the first piece of its text, and passes over it with None; `has_room` is told of each row, and
    whether another one has a place.
    """
    place = _read_cursor(cursor)
    if place is None:
        return bad_request('no such cursor: begin with "", go on with what the page before named')
    bank, after = place
    rows: list[Any] = []
    walked = looked = 0
    while True:
        items = cache.store.bank_items(bank)
        for key, text in _answers_after(items, after):
            looked += 1
            record = read_record(text) if sees(owner_of(text)) else None
            row = None if record is None else render(record.entry, key, record.first)
            if row is not None:
                rows.append(row)
            is_full = row is not None and (not has_room(row) or len(rows) >= min(most, MOST_ROWS))
            if is_full or looked >= MOST_LOOKED_AT:
                return {"rows": rows, "next": f"{bank}/{key}"}
        bank, after = bank + 1, ""
        walked += len(items)
        if bank == BANKS:
            return {"rows": rows, "next": ""}
        # The next bank will be of like size: digests fall into banks by chance.
        if walked + len(items) > MOST_WALKED:
            return {"rows": rows, "next": f"{bank}/"}


def _answers_after(items: list[tuple[str, str]], after: str) -> list[tuple[str, str]]:
    """Leave out of a bank what a cursor has passed, and the further pieces of long answers."""
    return [item for item in items if item[0] > after and "/" not in item[0]]


def listed(cache: AnswerCache, entry: Entry, key: str) -> Any:
    """Render an entry as ListedAnswer."""
    return {
        "digest": entry.base_digest,
        "sample": entry.sample,
        "key": key,
        "namespace": entry.namespace,
        "kind": "answer" if entry.kind == "a" else "failure",
        "model": entry.model,
        "trust": entry.trust,
        "bytes": entry.answer_bytes,
        "stored_at_s": entry.stored_at_ns // NANOSECONDS,
        "expires_at_s": entry.expires_at_ns // NANOSECONDS,
        "tags": entry.tags,
        "hidden": cache.invalidation.hides(entry) or "",
    }


def _read_cursor(cursor: str) -> "tuple[int, str] | None":
    if not cursor:
        return (0, "")
    number, slash, key = cursor.partition("/")
    is_number = number.isascii() and number.isdecimal() and len(number) <= len(str(BANKS))
    if not (slash and is_number and int(number) < BANKS and len(key) in (0, KEY_CHARACTERS)):
        return None
    return (int(number), key)
