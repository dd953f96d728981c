"""A put as two texts, told as one: the header that a record begins with, and the answer."""

from typing import Any

from cache_core.answer_cache import AnswerCache
from cache_core.drafts import draft_of_header
from cache_core.puts import keep_entry, timed
from cache_core.transfers import entry_of_header
from cache_core.writing import Stored, may_be_drafted, write_draft


def keep_text(cache: AnswerCache, header: str, content: str, now_ns: int) -> str:
    """Store an answer: "stored|key|evicted", or "refused|why"."""
    draft = draft_of_header(header, content, cache.known_labels, cache.bounds)
    if draft is not None and may_be_drafted(cache, draft[0]):
        return _told(write_draft(cache, draft, content, now_ns))
    entry = entry_of_header(header, content, cache.bounds)
    if entry is None or not entry.keep_until_ns:
        return "refused|BadRequest"
    return _told(keep_entry(cache, timed(entry, now_ns), content))


def _told(stored: "Stored | dict[str, Any]") -> str:
    if isinstance(stored, dict):
        return f"refused|{next(iter(stored))}"
    key, evicted = stored
    return "stored|" + key + "|" + str(evicted)
