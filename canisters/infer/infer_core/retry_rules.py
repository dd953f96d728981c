"""What a failed call means for the next one: asked again or not, of whom, and when.

A sample is never paid twice. So a call is repeated only where it is known that the provider did no
work for it, or where it carries a key by which the provider, or a proxy before it, knows it again
and gives the first answer. A timeout or a connection that was cut says neither: the model may have
worked. A connection that never came about says that it has not.

    paid        what the provider may ask for this call
    here        whether the same provider may do better, later or with more room
    elsewhere   whether another provider of the model may do better
    blame       what it does to the provider's health: "", "failed" or "limited"
"""

from typing import Any, NamedTuple

from refrain_core.fingerprint import digest_of

UNPAID = "unpaid"
UNKNOWN = "unknown"
PAID = "paid"

FAILED = "failed"
LIMITED = "limited"

HERE = "here"
ELSEWHERE = "elsewhere"
NOWHERE = ""


class FailureClass(NamedTuple):
    """One row of the table; the module says what each field means."""

    paid: str
    here: bool
    elsewhere: bool
    blame: str


_REQUEST_FAULT = FailureClass(UNPAID, here=False, elsewhere=False, blame="")
_ACCOUNT_FAULT = FailureClass(UNPAID, here=False, elsewhere=True, blame=FAILED)
_OVERLOADED = FailureClass(UNPAID, here=True, elsewhere=True, blame=LIMITED)
_BROKEN = FailureClass(UNKNOWN, here=True, elsewhere=True, blame=FAILED)
_UNMET = FailureClass(UNPAID, here=True, elsewhere=True, blame=FAILED)
_OWN_SIDE = FailureClass(UNPAID, here=False, elsewhere=False, blame="")

BY_KIND = {
    "Busy": _OWN_SIDE,
    "OutOfCycles": _OWN_SIDE,
    "TooFewCycles": _OWN_SIDE,
    "RateLimited": _OVERLOADED,
    "Timeout": _BROKEN,
    "Unreachable": _BROKEN,
    "Closing": FailureClass(UNKNOWN, here=False, elsewhere=False, blame=""),
    "Internal": FailureClass(UNKNOWN, here=False, elsewhere=False, blame=""),
    "LeaseLost": FailureClass(UNKNOWN, here=False, elsewhere=False, blame=""),
    "BadReply": FailureClass(PAID, here=False, elsewhere=True, blame=FAILED),
    "ResponseTooLarge": FailureClass(PAID, here=True, elsewhere=False, blame=""),
    "NoConsensus": FailureClass(PAID, here=False, elsewhere=False, blame=""),
}

BY_STATUS = {
    400: _REQUEST_FAULT,
    401: _ACCOUNT_FAULT,
    402: _ACCOUNT_FAULT,
    403: _ACCOUNT_FAULT,
    404: _ACCOUNT_FAULT,
    408: _BROKEN,
    413: _REQUEST_FAULT,
    422: _REQUEST_FAULT,
    424: _BROKEN,
    429: _OVERLOADED,
    503: _OVERLOADED,
    529: _OVERLOADED,
}

_NOT_CONNECTED = ("tcp connect error", "dns error", "tls error")
_PERHAPS_SENT = ("hyper::Error(Io", "IncompleteMessage", "Parse(")
"""A text names two ways to the provider; a request may have gone out by either."""

_FIRST_SERVER_ERROR = 500
_BASE_MS = 1_000
_MOST_MS = 60_000
_MOST_DOUBLINGS = 6
_JITTER_STEPS = 256


def never_connected(reject: str) -> bool:
    """Tell by a rejected outcall's text that no request reached the provider."""
    return any(sign in reject for sign in _NOT_CONNECTED) and not any(
        sign in reject for sign in _PERHAPS_SENT
    )


def failure_class(refusal: dict[str, Any], reject: str = "") -> FailureClass:
    """Look a refusal up, with the rejected outcall's text, if it was one.

    One that no row names is the request's own fault.
    """
    ((kind, detail),) = refusal.items()
    if kind == "Unreachable" and never_connected(reject):
        return _UNMET
    if kind != "ProviderError":
        return BY_KIND.get(kind, _REQUEST_FAULT)
    status = detail["status"]
    unlisted = _BROKEN if status >= _FIRST_SERVER_ERROR else _REQUEST_FAULT
    return BY_STATUS.get(status, unlisted)


def next_attempt(row: FailureClass, *, is_idempotent: bool) -> str:
    """Say where a failed sample may be asked again: `HERE`, `ELSEWHERE` or `NOWHERE`.

    is_idempotent: whether the provider that failed knows a repeated key, and answers it once.
    """
    if row.paid == UNPAID:
        return ELSEWHERE if row.elsewhere else NOWHERE
    return HERE if row.here and is_idempotent else NOWHERE


def backoff_ms(failures: int, entropy: str) -> int:
    """Return how long to leave a provider alone after so many failures in a row, at least one.

    Doubled for each, at most a minute; between half of it and all, by `entropy`, so that many
    canisters do not come back at once. Without chance: nodes must agree.
    """
    whole_ms = min(_MOST_MS, _BASE_MS << min(max(failures, 1) - 1, _MOST_DOUBLINGS))
    step = int(digest_of(f"{entropy}|{failures}")[:2], 16)
    return whole_ms // 2 + whole_ms * step // (2 * _JITTER_STEPS)
