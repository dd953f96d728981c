"""The cache canister: answers of models in stable memory, by their request's fingerprint.

Endpoints decode, let `cache_core` decide and commit, and render. Nothing here awaits, so each
call is one transaction.
"""

from kybra import ic, init, post_upgrade, query, text, update, void

import cache_access
import cache_rows
import cache_timers
from cache_access import CONTROLLER, WRITER
from cache_core.admission import refuse_settings
from cache_core.lookup_requests import digest_asked
from cache_core.lookup_results import refused
from cache_maps import LAYOUT_VERSION
from cache_results import WritersResult
from cache_state import cache
from refrain_api.ask_records import AskRequest
from refrain_api.cache_records import (
    CacheCounters,
    CacheSettings,
    LookupResult,
    PutRequest,
    PutResult,
)
from refrain_api.refusal_variants import Done
from refrain_core.cache_control import parse_directives
from refrain_core.limits import PUBLIC


@init
def install() -> void:
    """Begin empty; whoever installs is the first controller."""
    cache_rows.open_rows()
    cache.begin(LAYOUT_VERSION)
    cache_access.load_roles()
    cache_access.add(CONTROLLER, cache_access.caller_text())
    cache_timers.arm()


@post_upgrade
def resume() -> void:
    """Go on from stable memory: lookups at once, evictions while the index is rebuilt."""
    cache_rows.open_rows()
    cache.resume(LAYOUT_VERSION)
    cache.bounds = cache_rows.load_bounds()
    cache_access.load_roles()
    cache_timers.arm()


@query
def lookup(request: AskRequest) -> LookupResult:
    """Look a request up for its caller, free and uncounted; its model must be named whole."""
    # The caller costs more than the search, and public requests do not depend on it.
    caller = "" if request["namespace"] == PUBLIC else cache_access.caller_text()
    digest = digest_asked(request, caller)
    result: LookupResult = (
        cache.look(digest, lambda namespace: cache_access.sees(caller, namespace), ic.time())
        if isinstance(digest, str)
        else refused(digest)
    )
    return result


@query
def lookup_digest(digest: text) -> LookupResult:
    """Look a digest up; what is not the caller's to see was never stored."""
    result: LookupResult = cache.look(digest, cache_access.caller_sees, ic.time())
    return result


@update
def fetch(tenant: text, digest: text, cache_control: text) -> LookupResult:
    """Look a digest up for a tenant on a writer's behalf: counted, and the answer used."""
    refusal = cache_access.non_writers_refusal()
    directives = parse_directives(cache_control) if refusal is None else refusal
    result: LookupResult = (
        refused(directives)
        if isinstance(directives, dict)
        else cache.fetch(tenant, digest, ic.time(), directives)
    )
    return result


@update
def put(request: PutRequest) -> PutResult:
    """Store an answer on a writer's behalf."""
    refusal = cache_access.non_writers_refusal()
    result: PutResult = cache.put(request, ic.time()) if refusal is None else refused(refusal)
    return result


@update
def remove(digest: text) -> Done:
    """Remove an answer on a writer's or controller's behalf; removing nothing is no fault."""
    refusal = cache_access.non_removers_refusal()
    if refusal is not None:
        result: Done = refused(refusal)
        return result
    return {"Ok": "removed" if cache.remove(digest) else "nothing was stored"}


@query
def counters() -> CacheCounters:
    """Tell the counts since install."""
    result: CacheCounters = cache.counters()
    return result


@query
def settings() -> CacheSettings:
    """Tell the bounds in force."""
    return {
        "max_entries": cache.bounds.max_entries,
        "max_bytes": cache.bounds.max_bytes,
        "max_answer_bytes": cache.bounds.max_answer_bytes,
        "default_ttl_s": cache.bounds.default_ttl_s,
    }


@update
def configure(settings: CacheSettings) -> Done:
    """Set the bounds on a controller's behalf; what stands over them goes in bounded steps."""
    refusal = cache_access.strangers_refusal() or refuse_settings(settings)
    if refusal is not None:
        result: Done = refused(refusal)
        return result
    cache.bounds = cache_rows.save_bounds(settings)
    cache_timers.start_work()
    return {"Ok": "settings are in force"}


@update
def allow_writer(writer: text) -> Done:
    """Let a principal fetch, put and remove."""
    result: Done = cache_access.grant(WRITER, writer)
    return result


@update
def deny_writer(writer: text) -> Done:
    """Take a writer's role."""
    result: Done = cache_access.withdraw(WRITER, writer)
    return result


@query
def writers() -> WritersResult:
    """List the writers, to controllers only."""
    refusal = cache_access.strangers_refusal()
    if refusal is not None:
        result: WritersResult = refused(refusal)
        return result
    return {"Writers": sorted(cache_access.roles[WRITER])}


@update
def add_controller(controller: text) -> Done:
    """Make a principal a controller."""
    result: Done = cache_access.grant(CONTROLLER, controller)
    return result


@update
def remove_controller(controller: text) -> Done:
    """Take a controller's role, but never the last one's."""
    result: Done = cache_access.withdraw(CONTROLLER, controller)
    return result
