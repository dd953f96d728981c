"""What caches that share the key space have in common, written as one text for a new one.

A JSON object: "bounds" of the whole, in the order of their fields; "namespaces" with their bounds
as they are stored; "taints"; "members" of shared namespaces. Purges stay behind: what they hide is
never moved. Bounds are of each cache: two caches hold twice as many answers.
"""

from typing import Any

from cache_core import certifying
from cache_core.answer_cache import AnswerCache
from cache_core.cache_bounds import CacheBounds, namespace_bounds, refuse_namespace_settings
from cache_core.cache_bounds import refuse_settings as refuse_bounds
from cache_core.invalidation import TAINTED
from cache_core.shelves import unpack_bounds
from refrain_core.json_texts import json_text, parse_json
from refrain_core.refusals import bad_request


def profile_text(cache: AnswerCache, members: "list[tuple[str, str]]") -> str:
    """Write the profile of a cache and its members."""
    tainted = f"{TAINTED}/"
    taints = [scope for scope, since in cache.invalidation.scopes() if since == TAINTED]
    return json_text(
        {
            "bounds": list(cache.bounds),
            "namespaces": [list(row) for row in cache.tenants.all_bounds()],
            "taints": [scope[len(tainted) :] for scope in taints],
            "members": [list(listing) for listing in members],
        }
    )


def adopt(cache: AnswerCache, text: str) -> "list[Any] | dict[str, Any]":
    """Take a profile over, all but bounds and members: return these two, or a refusal.

    Only what holds nothing may: answers of its own might be older than those that are moved in.
    """
    if cache.banks_left or len(cache.index):
        return bad_request("this cache holds answers already: add one that is empty")
    try:
        profile = parse_json(text)
        bounds = CacheBounds(*profile["bounds"])
        namespaces = [(name, unpack_bounds(packed)) for name, packed in profile["namespaces"]]
        taints, members = profile["taints"], profile["members"]
    except (ValueError, TypeError, KeyError):
        return bad_request("not a profile: give what another cache's profile returned")
    refusal = refuse_bounds(bounds._asdict())
    for name, own in namespaces:
        settings = dict(own._asdict(), namespace=name)
        refusal = refusal or refuse_namespace_settings(settings)
    if refusal is not None:
        return refusal
    for name, own in namespaces:
        cache.tenants.save_bounds(name, namespace_bounds(own._asdict()))
        cache.index.reopen(name)
    for voter in taints:
        certifying.taint(cache, voter)
    cache.shadows.restart()
    return [bounds, members]
