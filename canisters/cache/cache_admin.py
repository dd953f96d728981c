"""Settings, roles and invalidation: endpoints of controllers, some of them of tenants too."""

from typing import cast

from kybra import Vec, query, text, update

import cache_access
import cache_rows
import cache_timers
from cache_access import CONTROLLER, WRITER
from cache_core import certifying
from cache_core.cache_bounds import (
    namespace_bounds,
    refuse_namespace_settings,
    refuse_settings,
)
from cache_core.invalidation import MOST_OF_TENANTS, MOST_SCOPES
from cache_core.lookup_results import refused
from cache_results import MembersResult, WritersResult
from cache_state import cache
from refrain_api.cache_records import CacheSettings, HiddenScope, NamespaceSettings
from refrain_api.refusal_variants import Done
from refrain_core.namespaces import is_shared_name
from refrain_core.refusals import bad_request, not_allowed


@query
def settings() -> CacheSettings:
    """Tell the bounds in force."""
    return cast("CacheSettings", cache.bounds._asdict())


@update
def configure(settings: CacheSettings) -> Done:
    """Set the bounds on a controller's behalf; what stands over them goes in bounded steps."""
    refusal = cache_access.strangers_refusal() or refuse_settings(settings)
    if refusal is not None:
        return cast("Done", refused(refusal))
    cache.bounds = cache_rows.save_bounds(settings)
    cache.shadows.restart()
    cache_timers.start_work()
    return {"Ok": "settings are in force"}


@query
def namespace_settings(namespace: text) -> NamespaceSettings:
    """Tell a namespace's bounds and policy, or the defaults."""
    bounds = cache.tenants.bounds(namespace)
    return {
        "namespace": namespace,
        "policy": bounds.policy,
        "max_entries": bounds.max_entries,
        "max_bytes": bounds.max_bytes,
    }


@update
def configure_namespace(settings: NamespaceSettings) -> Done:
    """Set a namespace's bounds and policy on a controller's behalf; its recency begins anew."""
    refusal = cache_access.strangers_refusal() or refuse_namespace_settings(settings)
    if refusal is None and not cache.index.is_arranged:
        refusal = bad_request("the index is being rebuilt after an upgrade: try again in a minute")
    if refusal is not None:
        return cast("Done", refused(refusal))
    cache.tenants.save_bounds(settings["namespace"], namespace_bounds(settings))
    cache.index.reopen(settings["namespace"])
    cache.shadows.restart(settings["namespace"])
    cache_timers.start_work()
    return {"Ok": "settings are in force"}


@update
def purge(scope: text) -> Done:
    """Hide at once what was put in a scope; tenants may purge their own namespace and its tags."""
    caller = cache_access.caller_text()
    own = (f"namespace/{caller}", f"tag/{caller}/")
    is_own = scope == own[0] or scope.startswith(own[1])
    refusal = None if is_own else cache_access.stranger_refusal(caller)
    most = MOST_OF_TENANTS if is_own else MOST_SCOPES
    refusal = refusal or cache.invalidation.refuse(scope, most)
    if refusal is not None:
        return cast("Done", refused(refusal))
    # Anybody may call: whose namespace is empty writes nothing.
    if is_own and cache.index.is_arranged and not cache.index.shelves.entries_of(caller):
        # But what is on its way from another cache must not come in.
        cache.fences.raise_for_scope(scope)
        return {"Ok": f"{scope} is purged"}
    certifying.purge(cache, scope)
    cache_timers.start_work()
    return {"Ok": f"{scope} is purged"}


@update
def taint(voter: text) -> Done:
    """Hide all that a provider or a model's version had or will have a say in."""
    refusal = cache_access.strangers_refusal() or cache.invalidation.refuse(f"voter/{voter}")
    if refusal is not None:
        return cast("Done", refused(refusal))
    certifying.taint(cache, voter)
    cache_timers.start_work()
    return {"Ok": f"{voter} is tainted"}


@update
def clear_taint(voter: text) -> Done:
    """Show again what a voter had a say in."""
    refusal = cache_access.strangers_refusal()
    if refusal is not None:
        return cast("Done", refused(refusal))
    was_tainted = certifying.clear_taint(cache, voter)
    cache_timers.start_work()
    return {"Ok": f"{voter} is {'no longer' if was_tainted else 'not'} tainted"}


@query
def hidden_scopes() -> Vec[HiddenScope]:
    """List what is purged or tainted, to controllers only; to others nothing."""
    if cache_access.strangers_refusal() is not None:
        return []
    return [{"scope": scope, "since": since} for scope, since in cache.invalidation.scopes()]


@update
def allow_writer(writer: text) -> Done:
    """Let a principal fetch, put and remove."""
    return cast("Done", cache_access.grant(WRITER, writer))


@update
def deny_writer(writer: text) -> Done:
    """Take a writer's role."""
    return cast("Done", cache_access.withdraw(WRITER, writer))


@query
def writers() -> WritersResult:
    """List the writers, to controllers only."""
    refusal = cache_access.strangers_refusal()
    if refusal is not None:
        return cast("WritersResult", refused(refusal))
    return {"Writers": sorted(cache_access.roles[WRITER])}


@update
def allow_member(namespace: text, member: text) -> Done:
    """Let a principal read a shared namespace, "shared:NAME"."""
    if not is_shared_name(namespace):
        return cast("Done", refused(bad_request('only a namespace "shared:NAME" has members')))
    return cast("Done", cache_access.grant(namespace, member))


@update
def deny_member(namespace: text, member: text) -> Done:
    """Take a member's right to read a shared namespace."""
    if not is_shared_name(namespace):
        return cast("Done", refused(bad_request('only a namespace "shared:NAME" has members')))
    return cast("Done", cache_access.withdraw(namespace, member))


@query
def members(namespace: text) -> MembersResult:
    """List the members of a shared namespace, to controllers and members."""
    caller = cache_access.caller_text()
    if not (cache_access.is_controller(caller) or cache_access.is_member(namespace, caller)):
        return cast("MembersResult", refused(not_allowed("only its members may list them")))
    is_shared = is_shared_name(namespace)
    return {"Members": sorted(cache_access.roles.get(namespace, ())) if is_shared else []}


@update
def add_controller(controller: text) -> Done:
    """Make a principal a controller."""
    return cast("Done", cache_access.grant(CONTROLLER, controller))


@update
def remove_controller(controller: text) -> Done:
    """Take a controller's role, but never the last one's."""
    return cast("Done", cache_access.withdraw(CONTROLLER, controller))
