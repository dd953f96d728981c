"""Which calls of users the management canister takes up at all.

A network refuses the others before they are certified anywhere; the texts are shorter than those
of the execution, as on the real one (dfinity/ic, `should_accept_ingress_message`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.candid.decode import decode
from kybra_replica.candid.errors import CandidDecodeError
from kybra_replica.kernel.principals import text_of
from kybra_replica.kernel.rejects import Rejected
from kybra_replica.management.refusals import refusal
from kybra_replica.management.shapes import NO_NAMES
from kybra_replica.management.signatures import SIGNATURES, Signature

if TYPE_CHECKING:
    from kybra_replica.kernel.canister import Canister
    from kybra_replica.kernel.kernel_state import KernelState
    from kybra_replica.management.options import ManagementOptions


def check_ingress(
    state: KernelState, options: ManagementOptions, method: str, arg: bytes, sender: str
) -> None:
    """Raise Rejected for a user's call that is not taken up."""
    signature = SIGNATURES.get(method)
    if method == "fetch_canister_logs":
        raise refusal(406, f"{method} API is not accessible via ingress in replicated mode")
    if signature is None or (signature.users == "none" and not _is_opened(method, options)):
        raise refusal(406, f"Only canisters can call ic00 method {method}")
    if signature.users == "controllers":
        canister = _named(state, method, signature, arg)
        may_see = method == "canister_status" and canister.settings.status_visibility.admits(
            sender, canister.controllers
        )
        if not may_see:
            refuse_stranger(canister, sender, method)


def refuse_stranger(canister: Canister, sender: str, method: str) -> None:
    """Raise Rejected unless the sender controls the canister."""
    if sender not in canister.controllers:
        text = f"Only controllers of canister {canister.text} can call ic00 method {method}"
        raise refusal(512, text)


def _is_opened(method: str, options: ManagementOptions) -> bool:
    return method == "create_canister" and options.users_create


def _named(state: KernelState, method: str, signature: Signature, arg: bytes) -> Canister:
    assert signature.arg is not None  # noqa: S101 (each method for controllers names a canister)
    try:
        raw = bytes(decode(arg, (signature.arg,), NO_NAMES)[0][signature.names].bytes)
    except CandidDecodeError:
        raise refusal(408, f"Failed to decode payload for ic00 method: {method}") from None
    if raw not in state.canisters:
        raise Rejected(3, f"Canister {text_of(raw)} not found", "IC0301")
    return state.canisters[raw]
