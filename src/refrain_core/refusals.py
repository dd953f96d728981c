"""Constructors of refusals: one-key dicts in the shape of the `Refusal` variant.

Each text is read by whoever asked: it says what was wrong and what to do next. It never holds a
secret, a provider's body or another tenant's data.
"""

from typing import Any


def bad_request(text: str) -> dict[str, Any]:
    """Refuse a request that can never be answered as it stands."""
    return {"BadRequest": text}


def too_large(unit: str, size: int, limit: int) -> dict[str, Any]:
    """Refuse a size over its limit; unit is "characters", "bytes", "tokens" or "messages"."""
    return {"TooLarge": {"unit": unit, "size": size, "limit": limit}}


def unknown_model(text: str) -> dict[str, Any]:
    """Refuse a model that no provider serves."""
    return {"UnknownModel": text}


def not_allowed(text: str) -> dict[str, Any]:
    """Refuse a caller without the needed role."""
    return {"NotAllowed": text}


def too_few_cycles(expected: int, received: int) -> dict[str, Any]:
    """Refuse a call with fewer cycles attached than it costs."""
    return {"TooFewCycles": {"expected": expected, "received": received}}


def out_of_cycles(expected: int, received: int) -> dict[str, Any]:
    """Refuse because the canister's own balance is short of what must be held."""
    return {"OutOfCycles": {"expected": expected, "received": received}}


def busy(retry_after_s: "int | None") -> dict[str, Any]:
    """Refuse for want of capacity; seconds until a retry makes sense, if known."""
    return {"Busy": {"retry_after_s": retry_after_s}}


def rate_limited(retry_after_s: "int | None") -> dict[str, Any]:
    """Refuse because a provider or a quota limits the rate; seconds to wait, if known."""
    return {"RateLimited": {"retry_after_s": retry_after_s}}


def timeout(text: str) -> dict[str, Any]:
    """Report a provider that did not answer in time."""
    return {"Timeout": text}


def unreachable(text: str) -> dict[str, Any]:
    """Report a provider that could not be connected to."""
    return {"Unreachable": text}


def provider_error(status: int, detail: str) -> dict[str, Any]:
    """Report a provider's HTTP error: its status and the class of the error, never its body."""
    return {"ProviderError": {"status": status, "detail": detail}}


def bad_reply(text: str) -> dict[str, Any]:
    """Report a provider's reply that cannot be read as an answer."""
    return {"BadReply": text}


def response_too_large(size: int, limit: int) -> dict[str, Any]:
    """Report a reply of `size` bytes over the `limit` that was asked for."""
    return {"ResponseTooLarge": {"unit": "bytes", "size": size, "limit": limit}}


def no_consensus(text: str) -> dict[str, Any]:
    """Report answers that did not agree."""
    return {"NoConsensus": text}


def lease_lost(text: str) -> dict[str, Any]:
    """Report work that outlived its lease; its result was dropped."""
    return {"LeaseLost": text}


def closing(text: str) -> dict[str, Any]:
    """Refuse new work while the canister is being stopped."""
    return {"Closing": text}


def not_cached(text: str) -> dict[str, Any]:
    """Refuse to ask a model where the request wants a stored answer or none (RFC 9111's 504)."""
    return {"NotCached": text}


def cancelled(text: str) -> dict[str, Any]:
    """Report work that its asker called off before it was done."""
    return {"Cancelled": text}


def internal(text: str) -> dict[str, Any]:
    """Report a bug of this canister instead of trapping."""
    return {"Internal": text}
