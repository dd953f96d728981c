"""A canister as its controllers see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kybra_replica.kernel.canister import Canister


@dataclass(frozen=True)
class CanisterStatus:
    """Status, program and log; `cycles` are those beside what outstanding calls hold."""

    status: str
    cycles: int
    module_hash: str
    controllers: tuple[str, ...]
    certified_data: bytes
    open_calls: int
    logs: tuple[str, ...]


def status_of(canister: Canister) -> CanisterStatus:
    """The status of a canister now."""
    return CanisterStatus(
        status=canister.status,
        cycles=canister.free_cycles,
        module_hash=canister.module_hash,
        controllers=canister.controllers,
        certified_data=canister.certified_data,
        open_calls=len(canister.contexts),
        logs=tuple(canister.logs),
    )
