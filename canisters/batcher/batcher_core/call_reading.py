"""What the other canisters' replies mean to a flight."""

from typing import Any

from batcher_core.outcomes import Outcome, answered_outcome, refused_outcome
from batcher_core.serving import FRESH, NEGATIVE, NOTHING, REVALIDATING, SPARE, Found, forwarded
from refrain_core.cache_control import Directives
from refrain_core.cache_status import (
    REQUEST,
    STALE,
    WHILE_REVALIDATE,
    CacheStatus,
    hit_text,
    status_text,
)
from refrain_core.fetched_texts import read_fetched
from refrain_core.kept_texts import kept_key
from refrain_core.refusals import busy, closing, internal

_SHOWN_CHARACTERS = 200
_NOT_SENT = "Couldn't send message"
_RETRY_AFTER_S = 10
_WANT_OF_ROOM = ("Busy", "OutOfCycles", "RateLimited")
_LONGEST_PAUSE_S = 60
_ARMS = (("Hit", FRESH), ("Stale", REVALIDATING), ("StaleIfError", SPARE))


def read_lookup(text: "str | None", digest: str, directives: Directives) -> Found:
    """Read what the cache replied; one that refuses or fails has nothing."""
    reply = None if text is None else read_fetched(text)
    for arm, kind in _ARMS:
        hit = None if reply is None else reply.get(arm)
        if hit is not None and hit["digest"] == digest:
            return _found(kind, hit, directives)
    negative = None if reply is None else reply.get("Negative")
    if negative is not None:
        return Found(NEGATIVE, refused_outcome(negative["refusal"]))
    reason = None if reply is None else reply.get("Miss")
    return Found(NOTHING, None) if reason is None else forwarded(reason)


def read_inference(
    reply: "dict[str, Any] | None", error: "str | None", digest: str, status: str
) -> Outcome:
    """Return what the model answered, with its cache status, or why it did not."""
    if reply is None:
        return refused_outcome(_rejected(error or "no reply"))
    inferred = reply.get("Inferred")
    if inferred is None:
        return refused_outcome(reply["Failed"]["refusal"])
    outcome = answered_outcome(digest, inferred["answer"], status, outcalls=inferred["outcalls"])
    return Outcome(outcome.answered, None, 0, inferred["provider"])


def outcalls_of(reply: "dict[str, Any] | None") -> int:
    """Return how many outcalls an inference made, a failed one's included."""
    if reply is None:
        return 0
    outcalls: int = (reply.get("Inferred") or reply["Failed"])["outcalls"]
    return outcalls


def was_sent(error: "str | None") -> bool:
    """Tell whether a call left the canister; if not, its cycles never did either."""
    return error is None or _NOT_SENT not in error


def is_elsewhere(reply: "str | None") -> bool:
    """Tell whether another cache may have a digest that this one has not, nor has let go of."""
    return reply in ("miss|never stored", "miss|moved")


def has_moved(reply: "str | None") -> bool:
    """Tell whether a cache gave a digest's answer to another one."""
    return reply == "miss|moved"


def is_put_off(reply: "dict[str, Any] | None", error: "str | None") -> bool:
    """Tell if a call came to nothing for want of room, at no cost, so that it may be repeated."""
    if reply is None:
        return not was_sent(error)
    failed = reply.get("Failed")
    return (
        failed is not None
        and failed["outcalls"] == 0
        and not failed["refusal"].keys().isdisjoint(_WANT_OF_ROOM)
        and pause_s(reply) <= _LONGEST_PAUSE_S
    )


def pause_s(reply: "dict[str, Any] | None") -> int:
    """Return how long what is put off waits: as long as infer says, where it waits for nobody.

    Of a shard that is busy it says when it is free at the latest, so that is asked every second.
    """
    refusal = {} if reply is None else reply.get("Failed", {}).get("refusal", {})
    limited = refusal.get("RateLimited")
    return 1 if limited is None else int(limited["retry_after_s"] or 1)


def read_list(reply: "dict[str, Any]", count: int) -> "list[dict[str, Any]]":
    """Return an InferResult for each of `count` requests that were asked together."""
    many = reply.get("Many")
    if many is not None:
        items: list[dict[str, Any]] = many["items"]
        return items
    failed = {"refusal": reply["Refused"], "outcalls": 0, "charged_cycles": 0}
    return [{"Failed": failed}] * count


def shares_of(replies: "list[dict[str, Any]]", spent_cycles: int) -> list[int]:
    """Return what each reply cost of what all did; what is left over is the first's."""
    shares = [
        int((reply.get("Inferred") or reply["Failed"])["charged_cycles"]) for reply in replies
    ]
    shares[0] += spent_cycles - sum(shares)
    return shares


def stored_key(reply: "dict[str, Any] | str | None") -> "str | None":
    """Return the key under which the cache kept an answer, by either form; None if it did not."""
    if isinstance(reply, str):
        return kept_key(reply)
    stored = None if reply is None else reply.get("Stored")
    return None if stored is None else str(stored["key"])


def _found(kind: str, hit: dict[str, Any], directives: Directives) -> Found:
    ttl_s = hit["expires_in_s"]
    status = hit_text(ttl_s, hit["key"])
    if kind == REVALIDATING:
        status = status_text(
            CacheStatus(None, ttl_s=ttl_s, key=hit["key"], detail=WHILE_REVALIDATE)
        )
    outcome = answered_outcome(hit["digest"], hit["answer"], status, age_s=hit["age_s"])
    return Found(kind, outcome, REQUEST if directives.no_cache else STALE)


def _rejected(error: str) -> dict[str, Any]:
    if not was_sent(error):
        return busy(_RETRY_AFTER_S)
    if "is stopping" in error or "is stopped" in error:
        return closing("the infer canister is being stopped: ask again in a minute")
    return internal(f"the infer canister rejected the call: {error[:_SHOWN_CHARACTERS]}")
