"""What the other canisters' replies mean to a flight."""

from typing import Any

from batcher_core.outcomes import HIT, MISS, Outcome, answered_outcome, refused_outcome
from refrain_core.refusals import busy, closing, internal

_SHOWN_CHARACTERS = 200
_NOT_SENT = "Couldn't send message"
_RETRY_AFTER_S = 10


def read_lookup(reply: "dict[str, Any] | None", digest: str) -> "Outcome | None":
    """Return a hit's outcome; None on a miss, and for a cache that refuses or fails."""
    hit = None if reply is None else reply.get("Hit")
    if hit is None or hit["digest"] != digest:
        return None
    return answered_outcome(digest, hit["answer"], HIT, age_s=hit["age_s"])


def read_inference(reply: "dict[str, Any] | None", error: "str | None", digest: str) -> Outcome:
    """Return what the model answered, or why it did not."""
    if reply is None:
        return refused_outcome(_rejected(error or "no reply"))
    inferred = reply.get("Inferred")
    if inferred is None:
        return refused_outcome(reply["Failed"]["refusal"])
    return answered_outcome(digest, inferred["answer"], MISS, outcalls=inferred["outcalls"])


def outcalls_of(reply: "dict[str, Any] | None") -> int:
    """Return how many outcalls an inference made, a failed one's included."""
    if reply is None:
        return 0
    outcalls: int = (reply.get("Inferred") or reply["Failed"])["outcalls"]
    return outcalls


def was_sent(error: "str | None") -> bool:
    """Tell whether a call left the canister; if not, its cycles never did either."""
    return error is None or _NOT_SENT not in error


def is_stored(reply: "dict[str, Any] | None") -> bool:
    """Tell whether the cache kept the answer."""
    return reply is not None and reply.get("Stored") is not None


def _rejected(error: str) -> dict[str, Any]:
    if not was_sent(error):
        return busy(_RETRY_AFTER_S)
    if "is stopping" in error or "is stopped" in error:
        return closing("the infer canister is being stopped: ask again in a minute")
    return internal(f"the infer canister rejected the call: {error[:_SHOWN_CHARACTERS]}")
