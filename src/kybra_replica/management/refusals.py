"""Refusals of the management canister in the platform's words.

Source: dfinity/ic, rs/execution_environment/src/canister_manager/types.rs and
packages/ic-error-types (October 2025): a number's first digit is the reject code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.artefact.refusals import NO_MODULE
from kybra_replica.kernel.advice import TOOLCHAIN, with_link
from kybra_replica.kernel.rejects import Rejected

if TYPE_CHECKING:
    from kybra_replica.kernel.canister import Canister

INTERNAL_ERROR = (
    "This is an internal error on the IC. "
    "Please report it to IC devs on the forum: https://forum.dfinity.org"
)


def refusal(number: int, text: str, advice: str = "", section: str = "") -> Rejected:
    """A refusal with the platform's error number and its advice, which ends in a link."""
    message = f"{text}\n{with_link(advice, section)}" if advice else text
    return Rejected(number // 100, message, f"IC{number:04}")


def canister_not_found(canister: str) -> Rejected:
    """No canister has that id."""
    advice = "Check the ICP dashboard to ensure the canister exists."
    return refusal(301, f"Canister {canister} not found.", advice, "canister-not-found")


def not_a_controller(canister: Canister, sender: str) -> Rejected:
    """The sender does not control the canister."""
    return refusal(
        512,
        f"Only the controllers of the canister {canister.text} can control it.\n"
        f"Canister's controllers: {' '.join(canister.controllers)}\n"
        f"Sender's ID: {sender}",
        "Execute this call from a controller of the target canister or add the current caller "
        "as a controller.",
        "invalid-controller",
    )


def undecodable(error: Exception) -> Rejected:
    """The argument is not what the method takes."""
    return refusal(408, f"Error decoding candid: {error}")


def too_many_elements(limit: int) -> Rejected:
    """A list in the argument is longer than the platform takes."""
    text = f"Deserialize error: The number of elements exceeds maximum allowed {limit}"
    return refusal(408, f"Error decoding candid: {text}")


def chunk_store_error(text: str) -> Rejected:
    """Something about chunks."""
    advice = (
        "Use the `stored_chunks` API to check which hashes are present or top up the canister "
        "if it is low on cycles."
    )
    return refusal(504, f"Error from Wasm chunk store: {text}.", advice, "wasm-chunk-store-error")


def invalid_wasm(canister: str, why: str) -> Rejected:
    """A module that is not installed, with the reason."""
    text = f"Error from Canister {canister}: Canister's Wasm module is not valid: {why}"
    return refusal(505, text, TOOLCHAIN if why == NO_MODULE else "")


def no_such_method(method: str) -> Rejected:
    """A method that the platform does not have either."""
    return refusal(536, f"Management canister has no method '{method}'")


def not_served(method: str, why: str) -> Rejected:
    """A method of the platform that this replica does not serve."""
    return refusal(406, f"This replica does not serve {method}: {why}.")
