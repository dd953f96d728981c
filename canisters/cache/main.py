"""The cache canister: answers of models in stable memory, by their request's fingerprint.

Endpoints decode, let `cache_core` decide and commit, and render. Nothing here awaits, so each
call is one transaction.
"""

from typing import cast

from kybra import Vec, ic, init, nat32, post_upgrade, query, text, update, void

import cache_access
import cache_rows
import cache_timers
from cache_admin import (
    add_controller,
    allow_member,
    allow_writer,
    clear_taint,
    configure,
    configure_namespace,
    deny_member,
    deny_writer,
    hidden_scopes,
    members,
    namespace_settings,
    purge,
    remove_controller,
    settings,
    taint,
    writers,
)
from cache_core import lookups, puts, upkeep
from cache_core.lookup_requests import asked
from cache_core.lookup_results import refused
from cache_insights import explain, policy_report
from cache_moves import adopt, move_in, move_out, profile, remove_older
from cache_pages import counters, export_page, import_page, list_answers, tenant_counters
from cache_state import cache
from certified_forms import certified_hit, lookup_certified
from fast_forms import fetch_text, hit, hit_by_digest, keep
from refrain_api.ask_records import AskRequest
from refrain_api.cache_records import (
    LookupResult,
    NegativeRequest,
    PutRequest,
    PutResult,
)
from refrain_api.refusal_variants import Done
from refrain_core.limits import PUBLIC

# Kybra looks endpoints up by name among what this module exports.
__all__ = [
    "add_controller",
    "adopt",
    "allow_member",
    "allow_writer",
    "certified_hit",
    "clear_taint",
    "configure",
    "configure_namespace",
    "counters",
    "deny_member",
    "deny_writer",
    "explain",
    "export_page",
    "fetch",
    "fetch_text",
    "hidden_scopes",
    "hit",
    "hit_by_digest",
    "import_page",
    "install",
    "keep",
    "list_answers",
    "lookup",
    "lookup_certified",
    "lookup_digest",
    "members",
    "move_in",
    "move_out",
    "namespace_settings",
    "policy_report",
    "profile",
    "purge",
    "put",
    "put_negative",
    "remove",
    "remove_controller",
    "remove_older",
    "resume",
    "settings",
    "taint",
    "tenant_counters",
    "touch",
    "writers",
]

MOST_TOUCHED = 32
"""Digests of one touch."""


@init
def install() -> void:
    """Begin empty; whoever installs is the first controller."""
    cache_rows.open_rows()
    upkeep.begin(cache)
    cache_access.load_roles()
    cache_access.add(cache_access.CONTROLLER, cache_access.caller_text())
    cache_timers.arm()


@post_upgrade
def resume() -> void:
    """Go on from stable memory: lookups at once, evictions while the index is rebuilt."""
    cache_rows.open_rows()
    cache.bounds = cache_rows.load_bounds()
    upkeep.resume(cache)
    cache_access.load_roles()
    cache_timers.arm()


@query
def lookup(request: AskRequest) -> LookupResult:
    """Look a request up for its caller, free and uncounted; its model must be named whole."""
    # The caller costs more than the search, and public requests do not depend on it.
    caller = "" if request["namespace"] == PUBLIC else cache_access.caller_text()
    found = asked(request, caller, cache_access.is_member)
    if isinstance(found, dict):
        return cast("LookupResult", refused(found))

    def sees(namespace: str) -> bool:
        return cache_access.sees(caller, namespace)

    control = request["cache_control"] or ""
    return cast("LookupResult", lookups.look(cache, found.digest, sees, ic.time(), control))


@query
def lookup_digest(digest: text) -> LookupResult:
    """Look a digest up; what is not the caller's to see was never stored."""
    result = lookups.look(cache, digest, cache_access.caller_sees, ic.time())
    return cast("LookupResult", result)


@update
def fetch(tenant: text, digest: text, cache_control: text) -> LookupResult:
    """Look a digest up for a tenant on a writer's behalf: counted, and the answer used."""
    refusal = cache_access.non_writers_refusal()
    if refusal is not None:
        return cast("LookupResult", refused(refusal))

    def sees(namespace: str) -> bool:
        return cache_access.tenant_sees(tenant, namespace)

    result = lookups.fetch(cache, tenant, digest, sees, ic.time(), cache_control)
    return cast("LookupResult", result)


@update
def touch(digests: Vec[text]) -> nat32:
    """Move the recency of answers that queries read; return how many of the first 32 are there."""
    caller = cache_access.caller_text()

    def sees(namespace: str) -> bool:
        return namespace == caller or cache_access.is_writer(caller)

    return sum(lookups.touch(cache, digest, sees) for digest in digests[:MOST_TOUCHED])


@update
def put(request: PutRequest) -> PutResult:
    """Store an answer on a writer's behalf."""
    refusal = cache_access.non_writers_refusal()
    result = puts.put(cache, request, ic.time()) if refusal is None else refused(refusal)
    return cast("PutResult", result)


@update
def put_negative(request: NegativeRequest) -> PutResult:
    """Remember a failure for a short time on a writer's behalf; an answer is never displaced."""
    refusal = cache_access.non_writers_refusal()
    result = puts.put_negative(cache, request, ic.time()) if refusal is None else refused(refusal)
    return cast("PutResult", result)


@update
def remove(digest: text) -> Done:
    """Remove an answer on a writer's, a controller's or its tenant's behalf."""
    caller = cache_access.caller_text()

    def sees(namespace: str) -> bool:
        return namespace == caller or cache_access.is_staff(caller)

    return {"Ok": "removed" if puts.remove(cache, digest, sees) else "nothing was stored"}
