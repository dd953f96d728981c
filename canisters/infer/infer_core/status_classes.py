"""What a provider's HTTP status means for whoever asked."""

from typing import Any

from refrain_core.refusals import provider_error, rate_limited

OK_STATUS = 200
TOO_MANY_REQUESTS = 429
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
    503: "the provider is loading or overloaded: ask again later",
}


def status_detail(status: int) -> str:
    """Name the class of an error status in fixed words: equal on every node, free of secrets."""
    if status in _DETAILS:
        return _DETAILS[status]
    if _FIRST_SERVER_ERROR <= status <= _LAST_SERVER_ERROR:
        return "the provider failed: ask again later"
    return "the provider answered with an unexpected status"


def status_refusal(status: int) -> dict[str, Any]:
    """Make the refusal for a status other than 200."""
    if status == TOO_MANY_REQUESTS:
        return rate_limited(None)
    return provider_error(min(status, _LARGEST_NAT16), status_detail(status))
