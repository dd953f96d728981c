"""A put as two texts, told as one: the header that a record begins with, and the answer."""

from typing import Any

from cache_core.answer_cache import AnswerCache
from cache_core.departures import NOT_ADMITTED
from cache_core.drafts import draft_of_header
from cache_core.puts import keep_entry, timed
from cache_core.transfers import entry_of_header
from cache_core.writing import Stored, may_be_drafted, write_draft
from refrain_core.fingerprint import is_digest

_NAMESPACE = 2
_BEFORE_LIVES = 4
"""A header's field, from 0, and the bars before its two ends."""


def keep_text(cache: AnswerCache, header: str, content: str, now_ns: int) -> str:
    """Store an answer: "stored|key|evicted", or "refused|why"."""
    before, empty, behind = header.partition("|||")
    if empty and before.count("|") == _BEFORE_LIVES:
        ttl_s = cache.bounds.default_ttl_s
        header = f"{before}|{ttl_s}|{ttl_s}|{behind}"
    draft = draft_of_header(header, content, cache.known_labels, cache.bounds)
    if draft is not None and may_be_drafted(cache, draft[0]):
        return _told(write_draft(cache, draft, content, now_ns))
    entry = entry_of_header(header, content, cache.bounds)
    if entry is None or not entry.keep_until_ns:
        _note_refusal(cache, header)
        return "refused|BadRequest"
    return _told(keep_entry(cache, timed(entry, now_ns), content))


def _note_refusal(cache: AnswerCache, header: str) -> None:
    """Note for lookups that an answer was there, and was not let in."""
    fields = header.split("|", _NAMESPACE + 1)
    if len(fields) > _NAMESPACE and is_digest(fields[1]):
        cache.departures.left(fields[1], NOT_ADMITTED, fields[_NAMESPACE])


def _told(stored: "Stored | dict[str, Any]") -> str:
    if isinstance(stored, dict):
        return f"refused|{next(iter(stored))}"
    key, evicted = stored
    return "stored|" + key + "|" + str(evicted)
