"""What a controller does: wiring, askers, settings, controllers; and what others may read of it."""

from typing import Any, cast

from kybra import Async, CallResult, Vec, query, text, update

from batcher_access import strangers_refusal
from batcher_core.asker_admission import refuse_asker
from batcher_core.batcher_bounds import refuse_settings, settings_from
from batcher_core.fair_queue import PRIORITIES
from batcher_core.key_space import SERVING
from batcher_core.window_lanes import listed_models
from batcher_rows import MAX_ASKERS, MAX_MODELS, rows
from other_canisters import connected_infer
from refrain_api.batcher_records import AskerSettings, BatcherSettings
from refrain_api.refusal_variants import Done
from refrain_core.access import refuse_controller_removal, refuse_grant
from refrain_core.model_names import parse_model
from refrain_core.refusals import bad_request, internal, unreachable


@update
def connect(cache: text, infer: text) -> Done:
    """Name the two canisters that this one calls; of several caches, any one."""
    refusal = strangers_refusal() or refuse_grant(cache) or refuse_grant(infer)
    if refusal is not None:
        return _refused(refusal)
    known = rows.space.caches
    if len(known) > 1 and cache not in known:
        return _refused(bad_request("there are several caches: see add_cache and remove_cache"))
    if cache not in known:
        rows.keep_caches({cache: SERVING})
    rows.connect("infer", infer)
    return {"Ok": "connected: call refresh_models next"}


@update
def refresh_models() -> Async[Done]:
    """Ask the infer canister for its models and keep the list."""
    try:
        refusal = strangers_refusal() or _refuse_unconnected()
        if refusal is not None:
            return _refused(refusal)
        service = connected_infer()
        # Committed: nothing; the list is replaced after the reply, or stays.
        reply: CallResult[Any] = yield service.models()
        if reply.Err is not None:
            return _refused(unreachable("the infer canister did not answer: is it running?"))
        names = [name for name in reply.Ok if parse_model(name) is not None]
        # Committed: nothing; without a reply no model is known to take lists.
        told: CallResult[Any] = yield service.providers()
        rows.keep_models(names[:MAX_MODELS], listed_models(told.Ok))
        return {"Ok": f"{len(rows.models)} models"}
    except Exception as error:  # noqa: BLE001 - an async method answers whatever happens
        return _refused(internal(f"{type(error).__name__} while refreshing the models"))


@update
def allow_asker(asker: AskerSettings) -> Done:
    """Let a principal ask, sponsored or paying."""
    refusal = (
        strangers_refusal() or refuse_grant(asker["caller"]) or refuse_asker(asker["sponsored"])
    )
    if refusal is not None:
        return _refused(refusal)
    if len(rows.askers) >= MAX_ASKERS and asker["caller"] not in rows.askers:
        return _refused(bad_request(f"there are {MAX_ASKERS} askers: deny one first"))
    rows.allow_asker(asker["caller"], asker["sponsored"])
    return {"Ok": "allowed"}


@update
def deny_asker(caller: text) -> Done:
    """Take a principal off the list of askers."""
    refusal = strangers_refusal()
    if refusal is not None:
        return _refused(refusal)
    rows.deny_asker(caller)
    return {"Ok": "denied"}


@update
def set_priority(caller: text, priority: text) -> Done:
    """Let a listed asker's submitted requests go before, with or behind others' in windows."""
    refusal = strangers_refusal()
    if refusal is None and caller not in rows.askers:
        refusal = bad_request("no such asker: allow it first")
    if refusal is None and priority not in PRIORITIES:
        refusal = bad_request(f"priority: choose one of {', '.join(PRIORITIES)}")
    if refusal is not None:
        return _refused(refusal)
    rows.prioritise(caller, priority)
    return {"Ok": "set"}


@query
def askers() -> Vec[AskerSettings]:
    """List the askers, for a controller; for others the list is empty."""
    if strangers_refusal() is not None:
        return []
    return [{"caller": caller, "sponsored": rows.askers[caller]} for caller in rows.askers]


@query
def settings() -> BatcherSettings:
    """Return the settings in force."""
    return cast("BatcherSettings", rows.settings._asdict())


@update
def configure(settings: BatcherSettings) -> Done:
    """Replace the settings; flights under way keep the lease they have."""
    record = cast("dict[str, Any]", settings)
    refusal = strangers_refusal() or refuse_settings(record)
    if refusal is not None:
        return _refused(refusal)
    rows.configure(settings_from(record))
    return {"Ok": "configured"}


@update
def add_controller(principal: text) -> Done:
    """Give a principal the right to configure this canister."""
    refusal = strangers_refusal() or refuse_grant(principal)
    if refusal is not None:
        return _refused(refusal)
    rows.add_controller(principal)
    return {"Ok": "added"}


@update
def remove_controller(principal: text) -> Done:
    """Take that right away, except from the last one who has it."""
    refusal = strangers_refusal() or refuse_controller_removal(principal, rows.controllers)
    if refusal is not None:
        return _refused(refusal)
    rows.remove_controller(principal)
    return {"Ok": "removed"}


def _refuse_unconnected() -> "dict[str, Any] | None":
    if rows.is_connected:
        return None
    return unreachable("not connected yet: call connect(cache, infer)")


def _refused(refusal: dict[str, Any]) -> Done:
    return cast("Done", {"Refused": refusal})
