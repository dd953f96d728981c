"""One call of a management method, decoded, and what it may look up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kybra_replica.kernel.change_history import Origin
from kybra_replica.kernel.messages import CanisterOrigin, Request
from kybra_replica.kernel.principals import text_of
from kybra_replica.management import refusals

if TYPE_CHECKING:
    from kybra_replica.kernel.canister import Canister
    from kybra_replica.kernel.kernel_state import KernelState

LATER = object()
"""What a method answers that will answer when something else has happened."""


@dataclass
class Call:
    """A call; `arg` is the decoded argument, `spent_cycles` of the attached are not given back."""

    state: KernelState
    request: Request
    arg: Any
    spent_cycles: int = 0

    @property
    def sender(self) -> str:
        """Who calls, as text."""
        return text_of(self.request.sender)

    @property
    def origin(self) -> Origin:
        """Who calls, for a canister's history."""
        is_canister = isinstance(self.request.origin, CanisterOrigin)
        version = self.arg.get("sender_canister_version")
        return Origin(self.sender, is_canister, version if is_canister else None)

    def named(self, field: str = "canister_id") -> Canister:
        """The canister that the argument names; Rejected where there is none."""
        raw = bytes(self.arg[field].bytes)
        found = self.state.canisters.get(raw)
        if found is None:
            raise refusals.canister_not_found(text_of(raw))
        return found

    def controlled(self, field: str = "canister_id", *, or_itself: bool = False) -> Canister:
        """The same; Rejected where the sender does not control it."""
        found = self.named(field)
        is_itself = or_itself and found.canister_id == self.request.sender
        if self.sender not in found.controllers and not is_itself:
            raise refusals.not_a_controller(found, self.sender)
        return found
