"""Candid of canister settings, as a caller sends them and as a status shows them.

Source: the interface specification's ic.did of 2026, with every setting that it knows: a client
that was built for fewer ignores the rest, one that was built for more refuses the whole status.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.candid.model import Opt, Vec
from kybra_replica.management.shapes import NAT, NULL, PRINCIPAL, TEXT, record, variant

if TYPE_CHECKING:
    from kybra_replica.candid.model import CandidType

VISIBILITY = variant(controllers=NULL, public=NULL, allowed_viewers=Vec(PRINCIPAL))
ENVIRONMENT_VARIABLE = record(name=TEXT, value=TEXT)
_OF_SETTING: dict[str, CandidType] = {
    "controllers": Vec(PRINCIPAL),
    "compute_allocation": NAT,
    "memory_allocation": NAT,
    "freezing_threshold": NAT,
    "reserved_cycles_limit": NAT,
    "minimum_incoming_canister_call_cycles": NAT,
    "log_visibility": VISIBILITY,
    "log_memory_limit": NAT,
    "snapshot_visibility": VISIBILITY,
    "status_visibility": VISIBILITY,
    "wasm_memory_limit": NAT,
    "wasm_memory_threshold": NAT,
    "environment_variables": Vec(ENVIRONMENT_VARIABLE),
}
WANTED_SETTINGS = record(**{name: Opt(of) for name, of in _OF_SETTING.items()})
"""`canister_settings`: what is absent stays as it is."""

DEFINITE_SETTINGS = record(**_OF_SETTING)
"""`definite_canister_settings`: all of them."""
