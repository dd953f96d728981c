"""Caches that share the key space: added and removed by a controller, and listed for everybody."""

from collections.abc import Generator
from typing import Any, cast

from kybra import Async, CallResult, query, text, update

import mover
from batcher_access import strangers_refusal
from batcher_core.key_space import JOINING, LEAVING, refuse_adding, refuse_removing
from batcher_core.move_progress import Progress
from batcher_rows import rows
from other_canisters import cache_at
from refrain_api.moving_records import KeyShards
from refrain_api.refusal_variants import Done
from refrain_core.access import refuse_grant
from refrain_core.refusals import bad_request, internal, unreachable

Adding = Generator[Any, Any, "dict[str, Any] | None"]


@update
def add_cache(cache: text) -> Async[Done]:
    """Have an empty cache, whose writer this canister is, take over its share of the answers.

    It becomes like the other caches in bounds, namespaces, taints and members; then answers move in
    bounded steps, while all of them are served. One that was leaving is taken back.
    """
    try:
        refusal = strangers_refusal() or refuse_grant(cache)
        if refusal is None and not rows.is_connected:
            refusal = unreachable("not connected yet: call connect(cache, infer) first")
        refusal = refusal or refuse_adding(rows.space.caches, cache)
        if refusal is None and cache not in rows.space.caches:
            refusal = yield from _likened(cache)
            # Another one may have been added meanwhile.
            refusal = refusal or refuse_adding(rows.space.caches, cache)
    except Exception as error:  # noqa: BLE001 - an async method answers whatever happens
        refusal = internal(f"{type(error).__name__} while adding a cache: nothing was changed")
    if refusal is not None:
        return _refused(refusal)
    return _changed(cache, JOINING)


@update
def remove_cache(cache: text) -> Done:
    """Have a cache give all its answers to the others, in bounded steps, and then forget it."""
    refusal = strangers_refusal() or refuse_removing(rows.space.caches, cache)
    return _refused(refusal) if refusal is not None else _changed(cache, LEAVING)


@query
def shards() -> KeyShards:
    """Tell which caches share the key space, how they stand, and how far a move is.

    In this order they are to be told of a purge or a removal: those that give answers away first.
    """
    space, place = rows.space, mover.mover.placed()
    caches = [{"cache": name, "state": space.caches[name]} for name in space.in_order()]
    told = {
        "caches": caches,
        "move": rows.move.number,
        "moved": rows.move.moved,
        "lost": rows.move.lost,
        "legs": len(space.legs()),
        "legs_done": min(place.leg, len(space.legs())),
        "left": place.left if space.is_moving else 0,
    }
    return cast("KeyShards", told)


def _likened(cache: str) -> Adding:
    """Give a new cache the profile of one that serves; return its refusal."""
    model = rows.space.shards[0]
    # Committed: nothing; the new cache is not known yet, whatever becomes of this.
    profile: CallResult[Any] = yield cache_at(model).profile()
    if profile.Ok is None or "Profile" not in profile.Ok:
        return unreachable(f"the cache {model} did not tell its profile: is it running?")
    # Committed: nothing.
    adopted: CallResult[Any] = yield cache_at(cache).adopt(profile.Ok["Profile"])
    if adopted.Ok is None:
        return unreachable("the new cache did not answer: is it installed and running?")
    refusal = adopted.Ok.get("Refused")
    if refusal is not None and "NotAllowed" in refusal:
        return bad_request("the new cache must list this canister: call its allow_writer first")
    return None if refusal is None else dict(refusal)


def _changed(cache: str, state: str) -> Done:
    caches = dict(rows.space.caches)
    caches[cache] = state
    rows.keep_caches(caches)
    rows.note_move(Progress(rows.move.number + 1))
    mover.begin()
    return {"Ok": f"{state}: shards tells how far it is"}


def _refused(refusal: "dict[str, Any]") -> Done:
    return cast("Done", {"Refused": refusal})
