"""What a rejected outcall means: the platform gives one text, whose codes say too little.

A code mixes lasting and passing failures, so the text decides. It is never passed on: it may
hold a header's value, hence a key.
"""

from typing import Any

from refrain_core.refusals import (
    busy,
    closing,
    internal,
    no_consensus,
    out_of_cycles,
    response_too_large,
    timeout,
    unreachable,
)

RETRY_AFTER_SEND_S = 5
"""When a call could not be sent, others are out; one of them is back after some seconds."""

_PREFIX = "Rejection code "
_TIMEOUTS = ("Timeout expired", "timed out")
_TOO_LARGE = ("exceeds size limit", "exceeds limit", "exceeds specified response size limit")
_UNREACHABLE = ("Connecting to", "Failed to parse URL", "https scheme")


def reject_refusal(reject: str, max_response_bytes: int) -> dict[str, Any]:
    """Turn a CallResult's Err, "Rejection code N, text", into a refusal."""
    code, text = split_reject(reject)
    if _has(text, _TIMEOUTS):
        return timeout("the provider did not answer within 30 s: ask for fewer tokens")
    if _has(text, _TOO_LARGE):
        # The true size is not told; it is at least one more than what was asked for.
        return response_too_large(max_response_bytes + 1, max_response_bytes)
    if _has(text, _UNREACHABLE):
        return unreachable("no connection to the provider: a controller must check its URL")
    if "No consensus" in text:
        return no_consensus("the nodes got different replies: ask for temperature 0 and a seed")
    return _own_side(text) or internal(f"the outcall was rejected with code {code}")


def split_reject(reject: str) -> tuple[int, str]:
    """Split "Rejection code N, text"; another form has code 0."""
    number, comma, text = reject.removeprefix(_PREFIX).partition(", ")
    if reject.startswith(_PREFIX) and comma and _is_number(number):
        return int(number), text
    return 0, reject


def _has(text: str, needles: tuple[str, ...]) -> bool:
    return any(needle in text for needle in needles)


def _is_number(word: str) -> bool:
    """Tell whether `int` reads `word`; the canister's interpreter reads ASCII digits only."""
    return word.isascii() and word.isdecimal()


def _own_side(text: str) -> dict[str, Any] | None:
    """Read what failed here: the call was not sent, not paid, or its reply not transformed."""
    if "Couldn't send message" in text:
        return busy(RETRY_AFTER_SEND_S)
    if "is not running" in text:
        # A transform is a query, and a canister that is being stopped answers none.
        return closing("the infer canister is being stopped: ask again in a minute")
    return _short_of_cycles(text)


def _short_of_cycles(text: str) -> dict[str, Any] | None:
    """Read "... sent with 1_000 cycles, but 70_064_800 cycles are required."."""
    if "cycles are required" not in text:
        return None
    words = text.replace("_", "").replace(",", "").split()
    figures = [int(word) for word in words if _is_number(word)]
    if len(figures) != 2:  # noqa: PLR2004 - sent and required
        return None
    return out_of_cycles(expected=figures[1], received=figures[0])
