"""A toy cache in the heap that keeps answers for their stale windows, and failures for a while."""

from typing import Any, NamedTuple, Optional

from kybra import ic, text, update

from refrain_api.ask_records import Answer
from refrain_api.cache_records import LookupResult, NegativeRequest, PutRequest, PutResult
from refrain_api.refusal_variants import Refusal
from refrain_core.cache_control import Directives, parse_directives
from refrain_core.freshness import (
    FRESH,
    STALE,
    STALE_IF_ERROR,
    decide,
    kept_for_s,
    ttl_left_s,
)
from refrain_core.limits import NANOSECONDS

DEFAULT_TTL_S = 600
ARMS = {FRESH: "Hit", STALE: "Stale", STALE_IF_ERROR: "StaleIfError"}


class Kept(NamedTuple):
    """An answer or a failure, and its times."""

    answer: Optional[Answer]
    refusal: Optional[Refusal]
    trust: str
    namespace: str
    stored_at_ns: int
    expires_at_ns: int
    keep_until_ns: int


kept: dict[str, Kept] = {}


@update
def fetch(tenant: text, digest: text, cache_control: text) -> LookupResult:
    one = kept.get(digest)
    directives = parse_directives(cache_control)
    if one is None or not isinstance(directives, Directives):
        return {"Miss": "never stored"}
    decision = decide(one, directives, ic.time())
    arm = ARMS.get(decision)
    if arm is None:
        return {"Miss": decision}
    told: Any = {
        "key": digest[:16],
        "age_s": (ic.time() - one.stored_at_ns) // NANOSECONDS,
        "expires_in_s": ttl_left_s(one, ic.time()),
    }
    if one.refusal is not None:
        told["refusal"] = one.refusal
        return {"Negative": told}
    told["answer"] = one.answer
    told["digest"] = digest
    told["namespace"] = one.namespace
    found: LookupResult = {arm: told}  # type: ignore[misc]  # one of three arms
    return found


@update
def put(request: PutRequest) -> PutResult:
    directives = parse_directives(request["cache_control"])
    if not isinstance(directives, Directives):
        return {"Refused": {"BadRequest": "no directives"}}
    ttl_s = DEFAULT_TTL_S if request["ttl_s"] is None else request["ttl_s"]
    expires_at_ns = ic.time() + ttl_s * NANOSECONDS
    keep_until_ns = ic.time() + kept_for_s(ttl_s, directives) * NANOSECONDS
    answer = request["answer"]
    kept[request["digest"]] = Kept(
        answer,
        None,
        answer["trust"],
        request["namespace"],
        ic.time(),
        expires_at_ns,
        keep_until_ns,
    )
    return {"Stored": {"key": request["digest"][:16], "evicted": 0}}


@update
def put_negative(request: NegativeRequest) -> PutResult:
    until_ns = ic.time() + request["ttl_s"] * NANOSECONDS
    kept[request["digest"]] = Kept(
        None,
        request["refusal"],
        "onchain",
        request["namespace"],
        ic.time(),
        until_ns,
        until_ns,
    )
    return {"Stored": {"key": request["digest"][:16], "evicted": 0}}
