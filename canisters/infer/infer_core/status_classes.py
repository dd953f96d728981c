"""What a provider's HTTP status means for whoever asked."""

from collections.abc import Sequence
from typing import Any

from infer_core.foreign_json import decode_foreign
from refrain_core.refusals import provider_error, rate_limited

OK_STATUS = 200
TOO_MANY_REQUESTS = 429
UNAVAILABLE = 503
LONGEST_WAIT_S = 3_600
"""A provider that asks for more is asked again after an hour all the same."""

_MOST_DIGITS = 9
_FIRST_SERVER_ERROR = 500
_LAST_SERVER_ERROR = 599
_LARGEST_NAT16 = 65_535

_DETAILS = {
    400: "the provider refused the request: check model, parameters and prompt length",
    401: "the provider refused its key: a controller must set it again",
    402: "the provider wants payment: a controller must settle its account",
    403: "the provider forbids this: a controller must check key and model",
    404: "the provider knows no such model or path: a controller must check them",
    408: "the provider gave up waiting: ask again",
    413: "the provider found the request too large: shorten the prompt",
    422: "the provider could not process the request: check its parameters",
    TOO_MANY_REQUESTS: "the provider limits the rate: ask again later",
    UNAVAILABLE: "the provider is loading or overloaded: ask again later",
}


def status_detail(status: int) -> str:
    """Name the class of an error status in fixed words: equal on every node, free of secrets."""
    if status in _DETAILS:
        return _DETAILS[status]
    if _FIRST_SERVER_ERROR <= status <= _LAST_SERVER_ERROR:
        return "the provider failed: ask again later"
    return "the provider answered with an unexpected status"


def error_fields(
    status: int, headers: Sequence[dict[str, Any]], *, must_agree: bool
) -> dict[str, Any]:
    """Return what a transform leaves of an error: its class, and how long to wait if that is told.

    must_agree: whether nodes compare it. Each was told its own time, and one second apart they
    would not agree that there is an error at all.
    """
    fields: dict[str, Any] = {"error": status_detail(status)}
    if status in (TOO_MANY_REQUESTS, UNAVAILABLE) and not must_agree:
        for header in headers:
            value = header["value"]
            is_seconds = value.isascii() and value.isdecimal() and len(value) <= _MOST_DIGITS
            if is_seconds and header["name"].lower() == "retry-after":
                fields["retry_after_s"] = min(int(value), LONGEST_WAIT_S)
    return fields


def told_wait_s(body: bytes) -> int:
    """Read from a transformed error how many seconds to wait; 0 where that is not told."""
    fields = decode_foreign(body)
    told = fields.get("retry_after_s") if isinstance(fields, dict) else None
    return min(told, LONGEST_WAIT_S) if type(told) is int and told > 0 else 0


def status_refusal(status: int, body: bytes = b"") -> dict[str, Any]:
    """Make the refusal for a status other than 200, whose transformed body may tell a time."""
    if status == TOO_MANY_REQUESTS:
        return rate_limited(told_wait_s(body) or None)
    return provider_error(min(status, _LARGEST_NAT16), status_detail(status))
