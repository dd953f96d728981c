"""`canister_status`, `canister_info`, `canister_metadata` and `fetch_canister_logs`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kybra import Principal

from kybra_replica.kernel.principals import bytes_of
from kybra_replica.management import refusals
from kybra_replica.management.memory_sizes import memory_sizes
from kybra_replica.management.refusals import refusal

if TYPE_CHECKING:
    from kybra_replica.kernel.canister import Canister, QueryStatistics
    from kybra_replica.kernel.canister_log import LogRecord
    from kybra_replica.kernel.change_history import Change
    from kybra_replica.kernel.settings import Visibility
    from kybra_replica.management.call import Call

_SECONDS_PER_DAY = 86_400
_GIB = 1 << 30
_STORAGE_FEE_CYCLES = 127_000
"""For a GiB and a second on 13 nodes (dfinity/ic, rs/config/src/subnet_config.rs, October 2025)."""
_COMPUTE_FEE_CYCLES = 10_000_000
"""For a percent and a second, from the same place."""


def canister_status(call: Call) -> dict[str, Any]:
    """Everything about a canister, for those who may see it."""
    canister = call.named()
    visibility = canister.settings.status_visibility
    is_itself = call.request.sender == canister.canister_id
    if not is_itself and not visibility.admits(call.sender, canister.controllers):
        raise refusals.not_a_controller(canister, call.sender)
    sizes = memory_sizes(call.state, canister)
    return {
        "status": {canister.status: None},
        "ready_for_migration": canister.status == "stopped",
        "version": canister.version,
        "settings": _settings(canister),
        "module_hash": _module_hash(canister),
        "memory_size": sum(sizes.values()),
        "memory_metrics": sizes,
        "cycles": max(0, canister.free_cycles),
        "reserved_cycles": 0,
        "idle_cycles_burned_per_day": _idle_cycles(canister, sum(sizes.values())),
        "query_stats": _query_stats(canister.query_statistics),
    }


def canister_info(call: Call) -> dict[str, Any]:
    """The newest changes of a canister, as many as asked for, and who controls it."""
    canister = call.named()
    asked = call.arg["num_requested_changes"] or 0
    recent = canister.history.recent[-asked:] if asked else []
    return {
        "total_num_changes": canister.history.total,
        "recent_changes": [_change(each) for each in recent],
        "module_hash": _module_hash(canister),
        "controllers": _principals(canister.controllers),
    }


def canister_metadata(call: Call) -> dict[str, Any]:
    """A custom section of a canister's module."""
    canister, name = call.named(), call.arg["name"]
    if canister.module is None:
        text = "has no Wasm module and hence no metadata is available."
        raise refusal(406, f"The canister {canister.text} {text}")
    by_controller = call.sender in canister.controllers
    content = canister.module.readable(name, by_controller=by_controller)
    if content is None:
        text = f"has no metadata section with the name {name}."
        raise refusal(406, f"The canister {canister.text} {text}")
    return {"value": content}


def fetch_canister_logs(call: Call) -> dict[str, Any]:
    """The newest lines of a canister's log, or those of them in a range."""
    canister = call.named()
    if not canister.settings.log_visibility.admits(call.sender, canister.controllers):
        raise refusal(406, f"Caller {call.sender} is not allowed to access canister logs")
    records = canister.logs.within(canister.settings.log_memory_limit)
    return {
        "canister_log_records": [
            {"idx": each.number, "timestamp_nanos": each.time_ns, "content": _content(each)}
            for each in records
            if _is_wanted(each, call.arg["filter"])
        ]
    }


def _settings(canister: Canister) -> dict[str, Any]:
    settings = canister.settings
    shown = {name: value for name, value in asdict(settings).items() if isinstance(value, int)}
    return shown | {
        "controllers": _principals(canister.controllers),
        "log_visibility": _visibility(settings.log_visibility),
        "snapshot_visibility": _visibility(settings.snapshot_visibility),
        "status_visibility": _visibility(settings.status_visibility),
        "environment_variables": [
            {"name": name, "value": value} for name, value in settings.environment_variables
        ],
    }


def _visibility(visibility: Visibility) -> dict[str, Any]:
    is_list = visibility.audience == "allowed_viewers"
    return {visibility.audience: _principals(visibility.viewers) if is_list else None}


def _principals(texts: tuple[str, ...]) -> list[Principal]:
    return [Principal(bytes_of(text)) for text in texts]


def _module_hash(canister: Canister) -> bytes | None:
    return None if canister.module is None else bytes.fromhex(canister.module_hash)


def _idle_cycles(canister: Canister, memory_bytes: int) -> int:
    charged = max(memory_bytes, canister.settings.memory_allocation)
    storage = charged * _STORAGE_FEE_CYCLES * _SECONDS_PER_DAY // _GIB
    return storage + canister.settings.compute_allocation * _COMPUTE_FEE_CYCLES * _SECONDS_PER_DAY


def _query_stats(statistics: QueryStatistics) -> dict[str, int]:
    return {
        "num_calls_total": statistics.calls,
        "num_instructions_total": statistics.instructions,
        "request_payload_bytes_total": statistics.request_bytes,
        "response_payload_bytes_total": statistics.response_bytes,
    }


def _change(change: Change) -> dict[str, Any]:
    sender = Principal(bytes_of(change.origin.sender))
    by_user = {"from_user": {"user_id": sender}}
    version = change.origin.canister_version
    by_canister = {"from_canister": {"canister_id": sender, "canister_version": version}}
    return {
        "timestamp_nanos": change.time_ns,
        "canister_version": change.version,
        "origin": by_canister if change.origin.is_canister else by_user,
        "details": {change.kind: _details(change)},
    }


def _details(change: Change) -> dict[str, Any] | None:
    if change.kind == "code_uninstall":
        return None
    if change.kind == "code_deployment":
        module_hash = bytes.fromhex(change.module_hash)
        return {"mode": {change.mode: None}, "module_hash": module_hash}
    controllers = _principals(change.controllers)
    return {"controllers": controllers, "environment_variables_hash": None}


def _content(record: LogRecord) -> bytes:
    return record.text.encode(errors="replace")


def _is_wanted(record: LogRecord, wanted: dict[str, Any] | None) -> bool:
    if wanted is None:
        return True
    kind, bounds = next(iter(wanted.items()))
    value = record.number if kind == "by_idx" else record.time_ns
    return bool(bounds["start"] <= value < bounds["end"])
