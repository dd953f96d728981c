"""One request that spoils a batch is found by halving what failed as a whole.

Of n items with one poisonous among them, at most 2 log2(n) further calls are made, and each other
item is answered.
"""

from typing import Any, TypeVar

_Item = TypeVar("_Item")

_FAULTS = ("ProviderError", "BadReply", "ResponseTooLarge", "BadRequest", "Timeout", "NoConsensus")
"""Failures that one item may have brought upon all; the others would meet each half again."""

_TOO_MANY_REQUESTS = 429


def is_divisible(refusal: "dict[str, Any]") -> bool:
    """Tell whether the halves of a batch that failed so may fare better than the whole."""
    fault = refusal.get("ProviderError")
    if fault is not None and fault["status"] == _TOO_MANY_REQUESTS:
        return False
    return not refusal.keys().isdisjoint(_FAULTS)


def shared_failure(results: "list[dict[str, Any]]") -> "dict[str, Any] | None":
    """Return the refusal with which all of several items failed alike; None if they did not."""
    if len(results) <= 1 or "Failed" not in results[0]:
        return None
    first: dict[str, Any] = results[0]["Failed"]["refusal"]
    for result in results:
        if "Failed" not in result or result["Failed"]["refusal"] != first:
            return None
    return first


def halves(items: "list[_Item]") -> "tuple[list[_Item], list[_Item]]":
    """Split a batch of at least two into two that are not empty."""
    middle = (len(items) + 1) // 2
    return items[:middle], items[middle:]
