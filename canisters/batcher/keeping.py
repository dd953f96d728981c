"""Putting into the cache what a flight brought: an answer, or a failure that lasts a while."""

from collections.abc import Generator
from typing import Any

from kybra import CallResult, ic

from batcher_core.ask_plan import Plan
from batcher_core.call_reading import has_moved, is_elsewhere, stored_key
from batcher_core.failure_classes import is_remembered
from batcher_core.outcomes import Outcome, may_be_stored, with_status
from batcher_core.serving import Found
from batcher_core.vote_counting import winners
from batcher_rows import rows
from batcher_state import desk, tallies
from other_canisters import cache_at
from refrain_core.freshness import is_worth_storing
from refrain_core.kept_texts import keep_header
from refrain_core.request_parts import parts_text

NANOSECONDS_PER_MS = 1_000_000

Keeping = Generator[Any, Any, Outcome]


def fetched(namespace: str, digest: str, control: str) -> "Generator[Any, Any, CallResult[Any]]":
    """Fetch from a digest's owner, and while answers move from who had it before."""
    owner, former = rows.space.owner(digest), rows.space.former(digest)
    # Committed: what the caller says at its own yield; so at the two that follow.
    reply: CallResult[Any] = yield cache_at(owner).fetch_text(namespace, digest, control)
    if former is None or not is_elsewhere(reply.Ok):
        return reply
    elder: CallResult[Any] = yield cache_at(former).fetch_text(namespace, digest, control)
    if has_moved(elder.Ok):
        # It moved between the two looks, so that now its owner has it.
        again: CallResult[Any] = yield cache_at(owner).fetch_text(namespace, digest, control)
        return again
    return reply if elder.Ok is None or is_elsewhere(elder.Ok) else elder


def kept(plan: Plan, token: int, outcome: Outcome, found: Found, began_ns: int) -> Keeping:
    """Put an outcome into the cache where it belongs there; return it with what became of that.

    began_ns: when the model was asked; the answer's cost in time is counted from there.
    """
    try:
        if outcome.answered is None:
            yield from _remembered(plan, outcome.refusal or {}, found)
            return outcome
        cost_ms = max(0, ic.time() - began_ns) // NANOSECONDS_PER_MS
        if may_be_stored(outcome) and is_worth_storing(plan.directives):
            return (yield from _stored(plan, token, outcome, found, cost_ms))
    except Exception as error:  # noqa: BLE001 - an outcome is not lost because it was not kept
        ic.print(f"keeping an outcome: {type(error).__name__}")
    return outcome


def _stored(plan: Plan, token: int, outcome: Outcome, found: Found, cost_ms: int) -> Keeping:
    answered = outcome.answered or {}
    answer = answered["answer"]
    voters = winners(outcome) if plan.policy else [outcome.provider] if outcome.provider else []
    put: Any = {
        "digest": plan.base_digest or plan.digest,
        "namespace": plan.namespace,
        "answer": answer,
        "ttl_s": plan.directives.ttl_s,
        "cache_control": plan.cache_control,
        "sample": plan.sample,
        "parts": parts_text(plan.request),
        "voters": voters,
        "cost_cycles": answered["charged_cycles"],
        "cost_ms": cost_ms,
    }
    owner, former = rows.space.owner(plan.digest), rows.space.former(plan.digest)
    put_ns = ic.time()
    is_plain = not plan.cache_control and not plan.sample
    service = cache_at(owner)
    call = service.keep(keep_header(put), answer["content"]) if is_plain else service.put(put)
    # Committed: the flight is settled and its result can be read; the put may fail.
    reply: CallResult[Any] = yield call
    key = stored_key(reply.Ok)
    if key is None:
        return outcome
    if former is not None:
        # Committed: that it is stored. Once this one is over, the older one would be found.
        yield cache_at(former).remove_older(plan.digest, put_ns)
    tallies.add("stored")
    status = found.status(stored=True, ttl_s=plan.directives.ttl_s, key=key)
    desk.note_stored(plan.digest, token, status)
    return with_status(outcome, status)


def _remembered(plan: Plan, refusal: dict[str, Any], found: Found) -> "Generator[Any, Any, None]":
    ttl_s = rows.settings.negative_ttl_s
    if not is_remembered(refusal, plan.directives, ttl_s, has_stored=found.has_stored):
        return
    put: Any = {
        "digest": plan.digest,
        "namespace": plan.namespace,
        "refusal": refusal,
        "ttl_s": ttl_s,
    }
    # Committed: the flight is settled with its failure; whether that is remembered is no matter.
    yield cache_at(rows.space.owner(plan.digest)).put_negative(put)
