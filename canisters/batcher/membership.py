"""Who may ask within a shared namespace. The list is kept here, and copied to every cache.

The batcher decides by its own copy, at once: a quote and a ticket cannot wait for a cache. The
caches need it for those who look answers up by queries.
"""

from collections.abc import Generator
from typing import Any, cast

from kybra import Async, CallResult, Vec, query, text, update

from batcher_access import strangers_refusal
from batcher_rows import MAX_MEMBERS, rows
from other_canisters import cache_at
from refrain_api.caller_texts import caller_text
from refrain_api.refusal_variants import Done
from refrain_core.access import refuse_grant
from refrain_core.namespaces import is_shared_name
from refrain_core.refusals import bad_request, internal, unreachable

Telling = Generator[Any, Any, Done]


@update
def allow_member(namespace: text, member: text) -> Async[Done]:
    """Let a principal ask within "shared:NAME", and look its answers up at the caches."""
    refusal = _refuse(namespace) or refuse_grant(member)
    if refusal is None and len(rows.members) >= MAX_MEMBERS:
        refusal = bad_request(f"there are {MAX_MEMBERS} members: deny one first")
    if refusal is not None and not rows.is_member(namespace, member):
        return cast("Done", {"Refused": refusal})
    rows.allow_member(namespace, member)
    return (yield from _copied("allow_member", namespace, member))


@update
def deny_member(namespace: text, member: text) -> Async[Done]:
    """Take that right, here at once and then at the caches."""
    refusal = _refuse(namespace)
    if refusal is not None:
        return cast("Done", {"Refused": refusal})
    rows.deny_member(namespace, member)
    return (yield from _copied("deny_member", namespace, member))


@query
def members(namespace: text) -> Vec[text]:
    """List the members of a shared namespace to them and to controllers; to others nobody."""
    caller = caller_text()
    if not (caller in rows.controllers or rows.is_member(namespace, caller)):
        return []
    listings = [listing.split(" ") for listing in rows.members]
    return sorted([member for owner, member in listings if owner == namespace])


def _copied(method: str, namespace: str, member: str) -> Telling:
    """Tell the caches, and say which of them did not hear of it."""
    try:
        for cache in rows.space.in_order():
            service = cache_at(cache)
            tell = service.allow_member if method == "allow_member" else service.deny_member
            # Committed: the batcher's own list; a cache that misses it is told by a repetition.
            reply: CallResult[Any] = yield tell(namespace, member)
            if reply.Ok is None or "Refused" in reply.Ok:
                text = f"listed here, but not at the cache {cache}: repeat this when it runs"
                return cast("Done", {"Refused": unreachable(text)})
    except Exception as error:  # noqa: BLE001 - an async method answers whatever happens
        text = f"{type(error).__name__} while telling the caches: repeat it"
        return cast("Done", {"Refused": internal(text)})
    return {"Ok": "done, at all caches"}


def _refuse(namespace: str) -> "dict[str, Any] | None":
    refusal = strangers_refusal()
    if refusal is None and not is_shared_name(namespace):
        refusal = bad_request('only a namespace "shared:NAME" has members')
    return refusal
