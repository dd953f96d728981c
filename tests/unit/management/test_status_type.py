"""The Candid of a status: a client refuses the whole of it for one field that is not there."""

from __future__ import annotations

from kybra_replica.candid.model import CandidType, Opt, Primitive, Record, Variant, Vec
from kybra_replica.candid.text.program_parser import parse_types
from kybra_replica.management.signatures import SIGNATURES

VISIBILITY = "variant { controllers; public; allowed_viewers : vec principal }"
STATUS = f"""(record {{
  status : variant {{ running; stopping; stopped }};
  ready_for_migration : bool; version : nat64; module_hash : opt blob;
  cycles : nat; reserved_cycles : nat; idle_cycles_burned_per_day : nat; memory_size : nat;
  settings : record {{
    controllers : vec principal;
    compute_allocation : nat; memory_allocation : nat; freezing_threshold : nat;
    reserved_cycles_limit : nat; minimum_incoming_canister_call_cycles : nat;
    log_visibility : {VISIBILITY}; log_memory_limit : nat;
    snapshot_visibility : {VISIBILITY}; status_visibility : {VISIBILITY};
    wasm_memory_limit : nat; wasm_memory_threshold : nat;
    environment_variables : vec record {{ name : text; value : text }};
  }};
  memory_metrics : record {{
    wasm_memory_size : nat; stable_memory_size : nat; global_memory_size : nat;
    wasm_binary_size : nat; custom_sections_size : nat; canister_history_size : nat;
    wasm_chunk_store_size : nat; snapshots_size : nat; log_memory_store_size : nat;
  }};
  query_stats : record {{
    num_calls_total : nat; num_instructions_total : nat;
    request_payload_bytes_total : nat; response_payload_bytes_total : nat;
  }};
}})"""
"""As the interface specification has it, in the version of the newest client."""


def shape(of: CandidType) -> object:
    """A type without the order of its fields."""
    if isinstance(of, (Opt, Vec)):
        return type(of).__name__, shape(of.of)
    if isinstance(of, (Record, Variant)):
        return type(of).__name__, {str(field.name): shape(field.of) for field in of.fields}
    assert isinstance(of, Primitive)
    return of.name


def test_a_status_has_exactly_the_fields_of_the_newest_client() -> None:
    """Every name and every type, however deep."""
    result = SIGNATURES["canister_status"].result
    assert result is not None
    assert shape(result) == shape(parse_types(STATUS)[0])
