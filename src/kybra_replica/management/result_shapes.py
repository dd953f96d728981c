"""Candid of what the management canister tells about a canister.

Source: the interface specification's ic.did of 2026.
"""

from __future__ import annotations

from kybra_replica.candid.model import Opt, Vec
from kybra_replica.management.settings_shapes import DEFINITE_SETTINGS
from kybra_replica.management.shapes import (
    BLOB,
    BOOL,
    NAT,
    NAT64,
    NULL,
    PRINCIPAL,
    record,
    variant,
)

MEMORY_METRICS = record(
    wasm_memory_size=NAT,
    stable_memory_size=NAT,
    global_memory_size=NAT,
    wasm_binary_size=NAT,
    custom_sections_size=NAT,
    canister_history_size=NAT,
    wasm_chunk_store_size=NAT,
    snapshots_size=NAT,
    log_memory_store_size=NAT,
)
QUERY_STATS = record(
    num_calls_total=NAT,
    num_instructions_total=NAT,
    request_payload_bytes_total=NAT,
    response_payload_bytes_total=NAT,
)
STATUS = record(
    status=variant(running=NULL, stopping=NULL, stopped=NULL),
    ready_for_migration=BOOL,
    version=NAT64,
    settings=DEFINITE_SETTINGS,
    module_hash=Opt(BLOB),
    memory_size=NAT,
    memory_metrics=MEMORY_METRICS,
    cycles=NAT,
    reserved_cycles=NAT,
    idle_cycles_burned_per_day=NAT,
    query_stats=QUERY_STATS,
)
_ORIGIN = variant(
    from_user=record(user_id=PRINCIPAL),
    from_canister=record(canister_id=PRINCIPAL, canister_version=Opt(NAT64)),
)
_DETAILS = variant(
    creation=record(controllers=Vec(PRINCIPAL), environment_variables_hash=Opt(BLOB)),
    code_uninstall=NULL,
    code_deployment=record(
        mode=variant(install=NULL, reinstall=NULL, upgrade=NULL), module_hash=BLOB
    ),
    controllers_change=record(controllers=Vec(PRINCIPAL)),
)
INFO = record(
    total_num_changes=NAT64,
    recent_changes=Vec(
        record(timestamp_nanos=NAT64, canister_version=NAT64, origin=_ORIGIN, details=_DETAILS)
    ),
    module_hash=Opt(BLOB),
    controllers=Vec(PRINCIPAL),
)
LOGS = record(
    canister_log_records=Vec(record(idx=NAT64, timestamp_nanos=NAT64, content=BLOB)),
)
