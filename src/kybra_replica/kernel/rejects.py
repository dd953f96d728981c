"""Reject codes and the texts that callers see.

Texts and codes as measured on PocketIC 10; a caller within the Internet Computer sees an IC05xx
number in front, an ingress sender does not.
"""

from __future__ import annotations

from dataclasses import dataclass

from kybra_replica.kernel.advice import advised

SYS_FATAL = 1
SYS_TRANSIENT = 2
DESTINATION_INVALID = 3
CANISTER_REJECT = 4
CANISTER_ERROR = 5


@dataclass(frozen=True)
class Reject:
    """Why a call got no reply; `error_code` is the platform's IC number or empty."""

    code: int
    message: str
    error_code: str = ""

    def as_seen_by_canisters(self) -> str:
        """The text that another canister gets."""
        return f"{self.error_code}: {self.message}" if self.error_code else self.message


class Rejected(Exception):  # noqa: N818 (the platform's word)
    """An update or a query was rejected."""

    def __init__(self, code: int, message: str, error_code: str = "") -> None:
        """Carry the reject `code` (1 to 5), its text, and the platform's IC number if known."""
        super().__init__(f"reject code {code}: {message}")
        self.code = code
        self.message = message
        self.error_code = error_code

    @property
    def reject(self) -> Reject:
        """The same as a value."""
        return Reject(self.code, self.message, self.error_code)


def refused(reject: Reject) -> Rejected:
    """A reject as the exception that a caller in Python gets."""
    return Rejected(reject.code, reject.message, reject.error_code)


def in_canister(canister: str, text: str, code: str = "", reject: int = CANISTER_ERROR) -> Reject:
    """What went wrong within `canister`, with the platform's advice for the code."""
    return Reject(reject, advised(f"Error from Canister {canister}: {text}", code), code)


def no_method(canister: str, kind: str, method: str) -> Reject:
    """A method that the canister does not export as such."""
    return in_canister(canister, f"Canister has no {kind} method '{method}'.", "IC0536")


def no_canister(canister: str) -> Reject:
    """A canister that does not exist."""
    return Reject(DESTINATION_INVALID, f"No route to canister {canister}")


def not_installed(canister: str) -> Reject:
    """A canister without a program."""
    why = "Attempted to execute a message, but the canister contains no Wasm module."
    return in_canister(canister, why, "IC0537")


def not_empty(canister: str) -> Reject:
    """A canister that holds code already, where an empty one was wanted."""
    text = (
        f"Canister {canister} cannot be installed because the canister is not empty. "
        "Try installing with mode='reinstall' instead"
    )
    return Reject(CANISTER_ERROR, advised(text, "IC0514"), "IC0514")


def without_program(canister: str, module_hash: str) -> Reject:
    """A canister that cannot answer: it is empty, or it holds foreign code."""
    return foreign_code(canister) if module_hash else not_installed(canister)


def foreign_code(canister: str) -> Reject:
    """A canister whose module this replica keeps but cannot run."""
    why = "The canister's module carries no Python bundle: this replica keeps it and runs no calls."
    return in_canister(canister, why, "IC0521")


def not_running(canister: str, status: str) -> Reject:
    """A canister that is stopping or stopped."""
    return Reject(CANISTER_ERROR, f"Canister {canister} is {status}")


def query_not_running(canister: str, status: str) -> Reject:
    """The same, as a query sees it."""
    if status == "stopping":
        return Reject(CANISTER_ERROR, f"Canister {canister} is not running", "IC0509")
    why = "is stopped and therefore does not have a CallContextManager"
    return Reject(CANISTER_ERROR, f"Canister {canister} {why}", "IC0508")


def no_reply(canister: str) -> Reject:
    """A call whose canister did all it did and never replied, as ingress sees it."""
    return in_canister(canister, "Canister did not reply to the call", "IC0506")


def no_response() -> Reject:
    """The same, as a calling canister sees it."""
    return Reject(CANISTER_ERROR, "No response")


def refused_by_inspection(canister: str) -> Reject:
    """inspect_message did not accept."""
    return in_canister(canister, "Canister rejected the message", reject=CANISTER_REJECT)


def lost_to_upgrade(canister: str) -> Reject:
    """A call that awaited something when its canister's program was replaced."""
    return in_canister(canister, "Canister trapped: unreachable", "IC0502")


def lost_to_restart(canister: str) -> Reject:
    """A call that was under way when the replica's process ended."""
    text = f"Error from Canister {canister}: the call was suspended when the replica restarted"
    return Reject(CANISTER_ERROR, text, "IC0502")
