"""What a lookup tells: a hit with its age, or a miss with its reason."""

from typing import Any

from cache_core.answer_texts import Entry
from refrain_core.freshness import EXPIRED, FRESH, STALE, STALE_IF_ERROR, ttl_left_s
from refrain_core.limits import NANOSECONDS

NEVER_STORED = "never stored"
"""Also what a caller learns of an answer that is not its own."""

ARMS = {FRESH: "Hit", STALE: "Stale", STALE_IF_ERROR: "StaleIfError"}
"""Arms of LookupResult by the decision about an answer; any other decision is a miss's reason."""

__all__ = ["ARMS", "EXPIRED", "NEVER_STORED", "hit", "is_fresh", "miss", "refused"]


def is_fresh(entry: Entry, now_ns: int) -> bool:
    """Tell whether an answer may still be served; at its expiry itself it may not."""
    return now_ns < entry.expires_at_ns


def miss(reason: str) -> Any:
    """Render a miss as LookupResult."""
    return {"Miss": reason}


def refused(refusal: dict[str, Any]) -> Any:
    """Render a refusal as any of the results that have one."""
    return {"Refused": refusal}


def hit(entry: Entry, key: str, content: str, now_ns: int, arm: str = "Hit") -> Any:
    """Render an answer as an arm of LookupResult; ages count whole seconds, begun ones not."""
    return {
        arm: {
            "answer": _answer(entry, content),
            "digest": entry.digest,
            "key": key,
            "namespace": entry.namespace,
            "age_s": max(0, now_ns - entry.stored_at_ns) // NANOSECONDS,
            "expires_in_s": ttl_left_s(entry, now_ns),
        }
    }


def _answer(entry: Entry, content: str) -> dict[str, Any]:
    return {
        "content": content,
        "finish": entry.finish,
        "model": entry.model,
        "trust": entry.trust,
        "prompt_tokens": entry.prompt_tokens,
        "completion_tokens": entry.completion_tokens,
        "dropped_messages": entry.dropped_messages,
        "dropped_characters": entry.dropped_characters,
        "created_at_ns": entry.created_at_ns,
    }
