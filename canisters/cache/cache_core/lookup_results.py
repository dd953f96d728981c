"""What a lookup tells: an answer and how it serves, a remembered failure, or why there is none."""

from typing import Any

from cache_core.answer_texts import Entry
from refrain_core.freshness import ttl_left_s
from refrain_core.json_texts import parse_json
from refrain_core.limits import NANOSECONDS


def miss(reason: str) -> Any:
    """Render a miss as LookupResult."""
    return {"Miss": reason}


def refused(refusal: dict[str, Any]) -> Any:
    """Render a refusal as any of the results that have one."""
    return {"Refused": refusal}


def served(arm: str, entry: Entry, key: str, content: str, now_ns: int) -> Any:
    """Render an answer as LookupResult's `arm`; ages count whole seconds, begun ones not."""
    return {
        arm: {
            "answer": _answer(entry, content),
            "digest": entry.digest,
            "key": key,
            "namespace": entry.namespace,
            "age_s": _age_s(entry, now_ns),
            "expires_in_s": ttl_left_s(entry, now_ns),
        }
    }


def negative(entry: Entry, key: str, content: str, now_ns: int) -> Any:
    """Render a remembered failure as LookupResult."""
    return {
        "Negative": {
            "refusal": parse_json(content),
            "key": key,
            "age_s": _age_s(entry, now_ns),
            "expires_in_s": _left_s(entry, now_ns),
        }
    }


def _age_s(entry: Entry, now_ns: int) -> int:
    return max(0, now_ns - entry.stored_at_ns) // NANOSECONDS


def _left_s(entry: Entry, now_ns: int) -> int:
    return max(0, entry.expires_at_ns - now_ns) // NANOSECONDS


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
