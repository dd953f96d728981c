"""A fresh answer as one text, decided by the index alone; one stable read, and no record parsed."""

from collections.abc import Mapping, Sequence
from typing import Any

from cache_core.answer_cache import AnswerCache
from cache_core.answer_texts import ANSWER, write_record
from cache_core.departures import NEVER_STORED
from cache_core.lookups import Sees, seek
from refrain_core.cache_control import NO_DIRECTIVES
from refrain_core.canonical import head_text, messages_text
from refrain_core.fingerprint import digest_of, is_digest
from refrain_core.freshness import FRESH
from refrain_core.limits import PUBLIC
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
    record = plain_record(cache, digest, sees, now_ns)
    return _by_the_long_way(cache, digest, sees, now_ns) if record is None else "hit|" + record


def plain_record(cache: AnswerCache, digest: str, sees: Sees, now_ns: int) -> "str | None":
    """Return the record of most hits: a fresh, unhidden, whole answer, that the caller sees.

    Written out, since its parts would cost more as calls than they do.
    """
    fresh, fading = cache.index.rows.halves
    kept = fresh.get(digest) or fading.get(digest)
    if kept is None:
        return None
    place, namespace, _, sequence, expires_at_ns, _, _, is_whole = kept
    if not is_whole or now_ns >= expires_at_ns or sequence <= cache.invalidation.hides_up_to:
        return None
    if namespace != PUBLIC and not sees(namespace):
        return None
    bank, key = place
    text = cache.banks[bank].get(key)
    return text if text is not None and text.startswith("v2|" + digest) else None


def _by_the_long_way(cache: AnswerCache, digest: str, sees: Sees, now_ns: int) -> str:
    if not is_digest(digest):
        return f"miss|{NEVER_STORED}"
    sought = seek(cache, digest, sees, NO_DIRECTIVES, now_ns)
    found = sought.found
    if sought.verdict != FRESH or found is None or found.entry.kind != ANSWER:
        return f"miss|{sought.verdict}"
    return f"hit|{write_record(found.entry, cache.store.content(found))}"
