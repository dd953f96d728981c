"""Pages of what is stored: a bank's keys in their order, from a cursor on, so many rows at most."""

from collections.abc import Callable, Iterator
from typing import Any

from cache_core.answer_cache import AnswerCache
from cache_core.answer_texts import AnswerText, Entry, read_record
from cache_core.lookups import Sees
from cache_core.places import BANKS, is_piece
from refrain_core.limits import NANOSECONDS
from refrain_core.refusals import bad_request

MOST_ROWS = 100
KEY_CHARACTERS = 16

BANKS_PER_PAGE = 4
"""Banks walked for one page; at a million entries each has 31,000, about 2.4 G instructions."""


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
    for number in range(bank, min(bank + BANKS_PER_PAGE, BANKS)):
        for key, record in _answers(cache, number, after if number == bank else ""):
            seen = sees(record.entry.namespace)
            row = render(record.entry, key, record.first) if seen else None
            if row is None:
                continue
            rows.append(row)
            if not has_room(row) or len(rows) >= min(most, MOST_ROWS):
                return {"rows": rows, "next": f"{number}/{key}"}
    following = bank + BANKS_PER_PAGE
    return {"rows": rows, "next": f"{following}/" if following < BANKS else ""}


def _answers(cache: AnswerCache, bank: int, after: str) -> Iterator[tuple[str, AnswerText]]:
    for key, text in cache.store.bank_items(bank):
        record = None if is_piece(key) or key <= after else read_record(text)
        if record is not None:
            yield key, record


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
