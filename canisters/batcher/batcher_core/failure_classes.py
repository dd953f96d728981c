"""What a refusal means to the cache: whether a stale answer may stand in, whether it lasts."""

from typing import Any

from refrain_core.cache_control import Directives
from refrain_core.freshness import is_worth_storing

_ASKERS_OWN = frozenset(
    (
        *("BadRequest", "TooLarge", "UnknownModel", "NotAllowed", "TooFewCycles"),
        *("NotCached", "Cancelled"),
    )
)
"""Faults of the request: no stale answer makes it right."""

_LASTING = frozenset(("ProviderError", "ResponseTooLarge", "NoConsensus"))
"""Failures that the next ask would meet again, for a while."""

_GATEWAY_TIMEOUT = 504
_BAD_GATEWAY = 502
_UNAVAILABLE = 503
_LOWEST_ERROR = 400
_STATUSES = {
    "Timeout": _GATEWAY_TIMEOUT,
    "Unreachable": _BAD_GATEWAY,
    "BadReply": _BAD_GATEWAY,
    "ResponseTooLarge": _BAD_GATEWAY,
    "NoConsensus": _BAD_GATEWAY,
}


def is_error(refusal: "dict[str, Any]") -> bool:
    """Tell whether stale-if-error speaks of it: the work failed, and not by the asker's fault."""
    return _ASKERS_OWN.isdisjoint(refusal)


def is_lasting(refusal: "dict[str, Any]") -> bool:
    """Tell whether asking again at once would only cost the same failure again."""
    if _LASTING.isdisjoint(refusal):
        return False
    fault = refusal.get("ProviderError")
    return fault is None or fault["status"] >= _LOWEST_ERROR


def is_remembered(
    refusal: "dict[str, Any]", directives: Directives, negative_ttl_s: int, *, has_stored: bool
) -> bool:
    """Tell whether a failure is put into the cache.

    has_stored: whether an answer is stored, which the failure would displace.
    """
    return (
        negative_ttl_s > 0
        and not has_stored
        and is_lasting(refusal)
        and is_worth_storing(directives)
    )


def http_status_of(refusal: "dict[str, Any]") -> int:
    """Return the HTTP status that a failure amounts to, as RFC 9211's fwd-status."""
    ((kind, detail),) = refusal.items()
    if kind == "ProviderError":
        return int(detail["status"])
    return _STATUSES.get(kind, _UNAVAILABLE)
