"""One request that spoils a batch is found by halving what failed as a whole.

Of n items with one poisonous among them, at most 2 log2(n) further calls are made, and each other
item is answered.
"""

from typing import Any, TypeVar

_Item = TypeVar("_Item")

_FAULTS = (
    *("ProviderError", "BadReply", "ResponseTooLarge", "BadRequest", "TooLarge"),
    *("Timeout", "NoConsensus"),
)
"""Failures that one item may have brought upon all; the others would meet each half again."""

_TOO_MANY_REQUESTS = 429


def is_divisible(refusal: "dict[str, Any]") -> bool:
    """Tell whether the halves of a batch that failed so may fare better than the whole."""
    fault = refusal.get("ProviderError")
    if fault is not None and fault["status"] == _TOO_MANY_REQUESTS:
        return False
    return not refusal.keys().isdisjoint(_FAULTS)


def is_spoiled(replies: "list[tuple[dict[str, Any] | None, str | None]]") -> bool:
    """Tell whether several were refused alike, by what one of them may have brought about."""
    refusals = [_refusal(ok) for ok, _error in replies]
    first = refusals[0]
    if len(refusals) == 1 or first is None or not is_divisible(first):
        return False
    return all(refusal == first for refusal in refusals)


def halves(items: "list[_Item]") -> "tuple[list[_Item], list[_Item]]":
    """Split a batch of at least two into two that are not empty."""
    middle = (len(items) + 1) // 2
    return items[:middle], items[middle:]


def _refusal(reply: "dict[str, Any] | None") -> "dict[str, Any] | None":
    failed = None if reply is None else reply.get("Failed")
    return None if failed is None else failed["refusal"]
