"""Every method of the management canister: what it takes, what it answers, who may call it.

Source: the interface specification's ic.did of 2026; who may call, as of dfinity/ic,
rs/execution_environment/src/canister_manager.rs (October 2025).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from kybra_replica.candid.model import Opt, Vec
from kybra_replica.management.http_shapes import HTTP_REPLY, HTTP_REQUEST
from kybra_replica.management.result_shapes import INFO, LOGS, STATUS
from kybra_replica.management.settings_shapes import WANTED_SETTINGS
from kybra_replica.management.shapes import (
    BLOB,
    BOOL,
    CANISTER,
    CHANGED_CANISTER,
    CHUNK_HASH,
    NAT,
    NAT64,
    NULL,
    PRINCIPAL,
    TEXT,
    record,
    variant,
)

if TYPE_CHECKING:
    from kybra_replica.candid.model import CandidType

Users = Literal["none", "controllers", "all"]


class Signature(NamedTuple):
    """One method; `users` says who may call it from outside, canisters are asked otherwise.

    A method is for the users who control the canister that its argument's field `names` names.
    """

    arg: CandidType | None
    result: CandidType | None
    users: Users = "controllers"
    names: str = "canister_id"


_VERSION = Opt(NAT64)
_MODE = variant(
    install=NULL,
    reinstall=NULL,
    upgrade=Opt(
        record(
            skip_pre_upgrade=Opt(BOOL),
            wasm_memory_persistence=Opt(variant(keep=NULL, replace=NULL)),
        )
    ),
)
_RANGE = record(start=NAT64, end=NAT64)
_CREATE = record(settings=Opt(WANTED_SETTINGS), sender_canister_version=_VERSION)
_PROVISIONAL_CREATE = record(
    amount=Opt(NAT),
    settings=Opt(WANTED_SETTINGS),
    specified_id=Opt(PRINCIPAL),
    sender_canister_version=_VERSION,
)
_UPDATE = record(canister_id=PRINCIPAL, settings=WANTED_SETTINGS, sender_canister_version=_VERSION)
_INSTALL = record(
    mode=_MODE, canister_id=PRINCIPAL, wasm_module=BLOB, arg=BLOB, sender_canister_version=_VERSION
)
_INSTALL_CHUNKED = record(
    mode=_MODE,
    target_canister=PRINCIPAL,
    store_canister=Opt(PRINCIPAL),
    chunk_hashes_list=Vec(CHUNK_HASH),
    wasm_module_hash=BLOB,
    arg=BLOB,
    sender_canister_version=_VERSION,
)
LOGS_ARG = record(
    canister_id=PRINCIPAL, filter=Opt(variant(by_idx=_RANGE, by_timestamp_nanos=_RANGE))
)

SIGNATURES: dict[str, Signature] = {
    "create_canister": Signature(_CREATE, CANISTER, "none"),
    "provisional_create_canister_with_cycles": Signature(_PROVISIONAL_CREATE, CANISTER, "all"),
    "provisional_top_up_canister": Signature(
        record(canister_id=PRINCIPAL, amount=NAT), None, "all"
    ),
    "update_settings": Signature(_UPDATE, None),
    "install_code": Signature(_INSTALL, None),
    "install_chunked_code": Signature(_INSTALL_CHUNKED, None, names="target_canister"),
    "upload_chunk": Signature(record(canister_id=PRINCIPAL, chunk=BLOB), CHUNK_HASH),
    "stored_chunks": Signature(CANISTER, Vec(CHUNK_HASH)),
    "clear_chunk_store": Signature(CANISTER, None),
    "start_canister": Signature(CANISTER, None),
    "stop_canister": Signature(CANISTER, None),
    "uninstall_code": Signature(CHANGED_CANISTER, None),
    "delete_canister": Signature(CANISTER, None),
    "canister_status": Signature(CANISTER, STATUS),
    "canister_info": Signature(
        record(canister_id=PRINCIPAL, num_requested_changes=Opt(NAT64)), INFO, "none"
    ),
    "canister_metadata": Signature(
        record(canister_id=PRINCIPAL, name=TEXT), record(value=BLOB), "none"
    ),
    "deposit_cycles": Signature(CANISTER, None, "none"),
    "raw_rand": Signature(None, BLOB, "none"),
    "http_request": Signature(HTTP_REQUEST, HTTP_REPLY, "none"),
    "fetch_canister_logs": Signature(LOGS_ARG, LOGS, "none"),
}
"""What is served; `fetch_canister_logs` as a query of users alone."""

NOT_SERVED: dict[str, str] = {
    **dict.fromkeys(
        (
            "take_canister_snapshot", "load_canister_snapshot", "list_canister_snapshots",
            "delete_canister_snapshot", "read_canister_snapshot_metadata",
            "read_canister_snapshot_data", "upload_canister_snapshot_metadata",
            "upload_canister_snapshot_data",
        ),
        "a Python program has no wasm memory to take a snapshot of",
    ),
    **dict.fromkeys(
        (
            "ecdsa_public_key", "sign_with_ecdsa", "schnorr_public_key", "sign_with_schnorr",
            "vetkd_public_key", "vetkd_derive_key",
        ),
        "there is no subnet that holds threshold keys",
    ),
    **dict.fromkeys(
        (
            "bitcoin_get_balance", "bitcoin_get_utxos", "bitcoin_get_block_headers",
            "bitcoin_send_transaction", "bitcoin_get_current_fee_percentiles",
        ),
        "there is no Bitcoin network behind this replica",
    ),
    "canister_metrics": "cycles are not booked by what they were used for",
    **dict.fromkeys(
        (
            "node_metrics_history", "subnet_info", "subnet_metrics", "list_canisters",
            "rename_canister", "flexible_http_request",
        ),
        "it concerns several subnets or nodes, and there is one simulated subnet here",
    ),
}  # fmt: skip
"""Methods of the platform that this replica refuses, and why."""
