"""What the batcher calls on caches that share the key space, to move answers between them."""

from typing import Any, cast

from kybra import Vec, ic, nat64, query, text, update

import cache_access
import cache_rows
import cache_timers
from cache_core import moving, share_profile
from cache_core.lookup_results import refused
from cache_state import cache
from refrain_api.cache_records import TransferredAnswer
from refrain_api.moving_records import MoveInResult, MoveOutResult, ProfileResult
from refrain_api.refusal_variants import Done
from refrain_core.namespaces import is_shared_name


@update
def move_out(
    move: nat64, shards: Vec[text], own: text, target: text, done: Vec[text]
) -> MoveOutResult:
    """Give a writer a page of what `target` is to take over, and drop what has arrived there.

    move: the move's number; shards: all caches from now on; own: this one's principal; done: the
    checksums that arrived. It is over when a page has no rows and says that nothing is left.
    """
    refusal = cache_access.non_writers_refusal()
    if refusal is not None:
        return cast("MoveOutResult", refused(refusal))
    result = moving.move_out(cache, (move, own, tuple(shards)), target, done)
    return cast("MoveOutResult", result)


@update
def move_in(rows: Vec[TransferredAnswer], fence: nat64) -> MoveInResult:
    """Take a page of a writer's that was read under a fence; without rows, tell the fence."""
    refusal = cache_access.non_writers_refusal()
    if refusal is not None:
        return cast("MoveInResult", refused(refusal))
    result = moving.move_in(cache, cast("Any", rows), fence, ic.time())
    return cast("MoveInResult", result)


@update
def remove_older(digest: text, than_ns: nat64) -> Done:
    """Remove for a writer what was stored before `than_ns`, as another cache has a newer one."""
    refusal = cache_access.non_writers_refusal()
    if refusal is not None:
        return cast("Done", refused(refusal))
    was_older = moving.remove_older(cache, digest, than_ns)
    return {"Ok": "removed" if was_older else "nothing older was stored"}


@query
def profile() -> ProfileResult:
    """Tell writers and controllers what a further cache needs to be like this one."""
    caller = cache_access.caller_text()
    if not cache_access.is_staff(caller):
        return cast("ProfileResult", refused(cache_access.stranger_refusal(caller) or {}))
    members = [
        (namespace, member)
        for namespace, listed in cache_access.roles.items()
        if is_shared_name(namespace)
        for member in sorted(listed)
    ]
    return {"Profile": share_profile.profile_text(cache, members)}


@update
def adopt(profile: text) -> Done:
    """Take over another cache's profile on a writer's behalf, as long as nothing is stored."""
    refusal = cache_access.non_writers_refusal()
    if refusal is not None:
        return cast("Done", refused(refusal))
    adopted = share_profile.adopt(cache, profile)
    if isinstance(adopted, dict):
        return cast("Done", refused(adopted))
    bounds, members = adopted
    cache.bounds = cache_rows.save_bounds(bounds._asdict())
    for namespace, member in members:
        if member not in cache_access.roles.get(namespace, ()):
            cache_access.add(namespace, member)
    cache_timers.start_work()
    return {"Ok": "as the other caches are"}
