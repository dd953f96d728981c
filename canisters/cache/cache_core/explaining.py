"""Why a request is a hit or none: the reason, and which field of the nearest answer differs."""

from collections.abc import Mapping
from typing import Any

from cache_core.answer_cache import AnswerCache
from cache_core.lookup_requests import Asked
from cache_core.lookup_results import refused
from cache_core.lookups import Sees, seek
from refrain_core.cache_control import parse_directives
from refrain_core.freshness import FRESH, STALE, STALE_IF_ERROR
from refrain_core.request_parts import differing_fields, parts_text

_SERVED = {FRESH: "hit", STALE: "stale", STALE_IF_ERROR: "stale if the model fails"}


def explain(
    cache: AnswerCache, request: Mapping[str, Any], asked: Asked, sees: Sees, now_ns: int
) -> Any:
    """Return ExplainResult: what a lookup would come to now, and what differs from the nearest.

    The nearest is the latest answer within the namespace to the same messages, as far as the heap
    remembers; its differing fields are told only where the request itself is not stored.
    """
    directives = parse_directives(request["cache_control"])
    if isinstance(directives, dict):
        return refused(directives)
    namespace, digest = asked
    sought = seek(cache, digest, sees, directives, now_ns)
    verdict = _SERVED.get(sought.verdict, sought.verdict)
    explained: dict[str, Any] = {
        "verdict": verdict,
        "digest": digest,
        "nearest": None,
        "differs": [],
    }
    if sought.found is None:
        _add_nearest(cache, explained, request, namespace, sees)
    return {"Explained": explained}


def _add_nearest(
    cache: AnswerCache,
    explained: dict[str, Any],
    request: Mapping[str, Any],
    namespace: str,
    sees: Sees,
) -> None:
    parts = parts_text(request)
    nearest = cache.departures.nearest(namespace, parts)
    found = None if nearest is None else cache.find(nearest)
    if found is None or not sees(found.entry.namespace):
        return
    entry = found.entry
    try:
        differs = differing_fields(
            parts, namespace, request["model"], entry.parts, entry.namespace, entry.model
        )
    except ValueError:
        # What was put over the answer since, such as a failure, need not have any parts.
        return
    explained["nearest"] = nearest
    explained["differs"] = differs
