"""Answers on their way out of one cache and into another: each with a checksum of its own.

A transferred answer is two texts: its record's header in the present layout, and its content.
The checksum is the sha256 of both, so that what was damaged on the way is refused by itself, while
the rest of its page is taken. An import keeps the answer's own times, tags and cost; its sequence
is new. What is stored already and as new is left as it is, so that a page may be sent twice.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from cache_core.admission import is_storable
from cache_core.answer_cache import AnswerCache
from cache_core.answer_texts import ANSWER, Entry, read_record, write_record
from cache_core.bank_slots import Found
from cache_core.cache_bounds import CacheBounds
from cache_core.listing import page_of
from cache_core.places import place_of
from cache_core.puts import keep
from refrain_core.chunked_text import utf8_len
from refrain_core.fingerprint import sample_digest

MOST_RECORDS = 50
MOST_PAGE_BYTES = 1_000_000
"""A page ends behind the record that exceeds it; a reply holds 2 MB."""

IMPORTED = "imported"
PRESENT = "present"
OVER = "expired"
DAMAGED = "damaged"


def exported(cache: AnswerCache, entry: Entry, key: str, first: str) -> dict[str, Any]:
    """Render an entry as TransferredAnswer."""
    place = place_of(entry.digest, 0)._replace(key=key)
    content = cache.store.content(Found(place, entry, first))
    header = write_record(entry._replace(crossed=0, pieces=0), "")
    return {"header": header, "content": content, "checksum": checksum(header, content)}


def export_page(cache: AnswerCache, cursor: str) -> Any:
    """Return a page of TransferredAnswers, or the refusal of its cursor.

    Failures stay behind, and what is purged: another cache does not know of the purge.
    """
    room = PageRoom()

    def rendered(entry: Entry, key: str, first: str) -> "dict[str, Any] | None":
        is_left = entry.kind != ANSWER or cache.invalidation.purged(entry) is not None
        return None if is_left else exported(cache, entry, key, first)

    return page_of(cache, cursor, MOST_RECORDS, rendered, lambda _: True, room.is_left)


class PageRoom:
    """The bytes that a page may still take."""

    def __init__(self) -> None:
        """Begin with a whole page's."""
        self._left = MOST_PAGE_BYTES

    def is_left(self, row: "dict[str, Any]") -> bool:
        """Take a row's bytes; tell whether a further row has a place."""
        self._left -= utf8_len(row["header"]) + utf8_len(row["content"])
        return self._left > 0


def checksum(header: str, content: str) -> str:
    """Return the sha256 of a transferred answer, lowercase hexadecimal."""
    return hashlib.sha256(f"{header}{content}".encode()).hexdigest()


def imported(cache: AnswerCache, records: Sequence[dict[str, str]], now_ns: int) -> list[str]:
    """Take each of a page's answers, or not; return what became of it, in order.

    "imported", "present", "expired", "damaged" (checksum or form), or "refused: " and the bound.
    """
    return [_imported_one(cache, one, now_ns) for one in records[:MOST_RECORDS]]


def _imported_one(cache: AnswerCache, record: "dict[str, str]", now_ns: int) -> str:
    header, content = record["header"], record["content"]
    is_intact = record["checksum"] == checksum(header, content)
    entry = entry_of_header(header, content, cache.bounds) if is_intact else None
    if entry is None:
        return DAMAGED
    if now_ns >= entry.keep_until_ns:
        return OVER
    present = cache.find(entry.digest)
    if present is not None and _is_as_new(cache, present.entry, entry):
        return PRESENT
    stored = keep(cache, entry, content)
    return IMPORTED if "Stored" in stored else f"refused: {next(iter(stored['Refused']))}"


def _is_as_new(cache: AnswerCache, present: Entry, entry: Entry) -> bool:
    """Tell whether what is stored makes an import needless, which is a shown answer alone."""
    is_answer = present.kind == ANSWER
    is_newer = present.stored_at_ns >= entry.stored_at_ns
    return is_answer and is_newer and cache.invalidation.hides(present) is None


def entry_of_header(header: str, content: str, bounds: CacheBounds) -> "Entry | None":
    """Read a header that came from outside; None if it describes no answer with this content."""
    try:
        read = read_record(header)
    except ValueError:
        return None
    if read is None or read.first:
        return None
    entry = read.entry
    is_good = is_storable(entry, content, bounds) and _fits_its_answer(entry, content)
    return entry if is_good else None


def _fits_its_answer(entry: Entry, content: str) -> bool:
    """Tell whether an entry's digest, times and size agree with each other and the content."""
    return (
        entry.kind == ANSWER
        and utf8_len(content) == entry.answer_bytes
        and entry.expires_at_ns <= entry.keep_until_ns
        and entry.digest == sample_digest(entry.base_digest, entry.sample)
    )
