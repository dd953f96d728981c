"""`create_canister`, `provisional_create_canister_with_cycles` and `update_settings`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra import Principal

from kybra_replica.kernel import changes
from kybra_replica.kernel.canister import Canister
from kybra_replica.kernel.creation import create, fresh_id, next_number, number_of
from kybra_replica.kernel.cycles import DEFAULT_CYCLES
from kybra_replica.kernel.messages import IngressOrigin
from kybra_replica.kernel.principals import text_of
from kybra_replica.kernel.settings import Settings
from kybra_replica.management.cycles_calls import provisional_cycles
from kybra_replica.management.memory_sizes import memory_bytes
from kybra_replica.management.refusals import INTERNAL_ERROR, refusal
from kybra_replica.management.wanted_settings import applied, wanted_controllers

if TYPE_CHECKING:
    from kybra_replica.management.call import Call

CREATION_FEE_CYCLES = 500_000_000_000
"""On a subnet of 13 nodes (dfinity/ic, rs/config/src/subnet_config.rs, October 2025)."""


def create_canister(call: Call) -> dict[str, Any]:
    """A canister with the attached cycles but the fee; a user's, where allowed, comes for free."""
    if isinstance(call.request.origin, IngressOrigin):
        return _created(call, DEFAULT_CYCLES, None)
    sent = call.request.cycles
    if sent < CREATION_FEE_CYCLES:
        raise refusal(
            403,
            f"Creating a canister requires a fee of {CREATION_FEE_CYCLES:_} that is deducted from "
            f"the canister's initial balance but only {sent:_} cycles were received with the "
            "create_canister request.",
            "Try sending more cycles with the request.",
            "create-canister-not-enough-cycles",
        )
    made = _created(call, sent - CREATION_FEE_CYCLES, None)
    call.spent_cycles = sent
    call.state.counts.burned_cycles += CREATION_FEE_CYCLES
    return made


def provisional_create_canister_with_cycles(call: Call) -> dict[str, Any]:
    """A canister with cycles out of nothing, under the id that the caller asks for."""
    wanted = call.arg["specified_id"]
    specified = None if wanted is None else _checked_id(call, bytes(wanted.bytes))
    return _created(call, provisional_cycles(call.arg["amount"]), specified)


def update_settings(call: Call) -> None:
    """Change what the caller names, and leave the rest."""
    canister = call.controlled()
    wanted = call.arg["settings"]
    controllers = wanted_controllers(wanted)
    used_bytes = memory_bytes(call.state, canister)
    canister.settings = applied(canister.settings, wanted, used_bytes)
    if controllers is None:
        changes.touch(call.state, canister)
        return
    canister.controllers = controllers
    detail = {"controllers": controllers}
    changes.record(call.state, canister, call.origin, "controllers_change", **detail)


def _created(call: Call, cycles: int, specified_id: bytes | None) -> dict[str, Any]:
    wanted = call.arg["settings"]
    controllers = wanted_controllers(wanted)
    canister = Canister(
        fresh_id(call.state) if specified_id is None else specified_id,
        (call.sender,) if controllers is None else controllers,
        cycles,
        settings=applied(Settings(), wanted, 0),
    )
    create(call.state, call.origin, canister)
    return {"canister_id": Principal(canister.canister_id)}


def _checked_id(call: Call, raw: bytes) -> bytes:
    number = number_of(raw)
    if raw in call.state.canisters:
        raise refusal(538, f"Canister {text_of(raw)} is already installed.", INTERNAL_ERROR)
    if number is None:
        text = f"Specified CanisterId {text_of(raw)} is not hosted by this subnet."
        raise refusal(405, f"Unsuccessful validation of specified ID: {text}", INTERNAL_ERROR)
    if number < next_number(call.state):
        raise refusal(
            408,
            f"The `specified_id` {text_of(raw)} is invalid because it belongs to the canister "
            "allocation ranges of the test environment.",
            "Use a `specified_id` that matches a canister ID on the ICP mainnet and a test "
            "environment that supports canister creation with `specified_id` (e.g., PocketIC).",
        )
    return raw
