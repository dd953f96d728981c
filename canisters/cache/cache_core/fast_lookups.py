"""A fresh answer as one text, decided by the index alone; one stable read, and no record parsed."""

from collections.abc import Mapping, Sequence
from typing import Any

from cache_core.answer_cache import AnswerCache
from cache_core.answer_texts import ANSWER, is_old, write_record
from cache_core.departures import NEVER_STORED
from cache_core.kept import Kept
from cache_core.lookups import Sees, seek
from refrain_core.cache_control import NO_DIRECTIVES
from refrain_core.canonical import head_text, messages_text
from refrain_core.fingerprint import digest_of, is_digest
from refrain_core.freshness import FRESH
from refrain_core.model_names import parse_model


def digest_of_parts(
    namespace: str, model: str, messages: Sequence[Mapping[str, Any]], parameters: str
) -> str:
    """Return the digest of a request whose parameters are written already; "" for no model."""
    if parse_model(model) is None:
        return ""
    return digest_of(f"{head_text(namespace, model)}{messages_text(messages)}{parameters}")


def hit_text(cache: AnswerCache, digest: str, sees: Sees, now_ns: int) -> str:
    """Return "hit|" and the whole record, or "miss|" and the reason."""
    kept = cache.index.get(digest)
    if kept is not None and _is_plain(cache, kept, now_ns) and sees(kept.namespace):
        text = cache.store.text_at(kept.place, digest)
        if text is not None and not is_old(text):
            return f"hit|{text}"
    return _by_the_long_way(cache, digest, sees, now_ns)


def _is_plain(cache: AnswerCache, kept: Kept, now_ns: int) -> bool:
    """Tell whether nothing but the record's text is needed: fresh, unhidden, whole, an answer."""
    is_shown = now_ns < kept.expires_at_ns and not cache.invalidation.may_hide(kept.sequence)
    return is_shown and kept.is_whole


def _by_the_long_way(cache: AnswerCache, digest: str, sees: Sees, now_ns: int) -> str:
    if not is_digest(digest):
        return f"miss|{NEVER_STORED}"
    sought = seek(cache, digest, sees, NO_DIRECTIVES, now_ns)
    found = sought.found
    if sought.verdict != FRESH or found is None or found.entry.kind != ANSWER:
        return f"miss|{sought.verdict}"
    return f"hit|{write_record(found.entry, cache.store.content(found))}"
