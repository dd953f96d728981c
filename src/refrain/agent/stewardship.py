"""What a canister's status is to its controllers, told by the management canister.

Source: the interface specification's ic.did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kybra import Principal

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.errors import CandidDecodeError
from kybra_replica.management.shapes import CANISTER, NAT, NO_NAMES, NULL, record, variant
from refrain.agent.faults import Untrusted

if TYPE_CHECKING:
    from refrain.agent.agent import Agent

_STATUS = record(status=variant(running=NULL, stopping=NULL, stopped=NULL), cycles=NAT)


class CanisterState(NamedTuple):
    """`running`, `stopping` or `stopped`, and the balance in cycles."""

    status: str
    cycles: int


def canister_state(agent: Agent, canister: str) -> CanisterState:
    """Ask for a canister's state.

    Raises:
        Rejected: the agent's identity does not control it.
        RefrainError: as `Agent.update`.
    """
    arg = encode((CANISTER,), ({"canister_id": Principal.from_str(canister)},), NO_NAMES)
    raw = agent.manage(canister, "canister_status", arg)
    try:
        told: dict[str, Any] = decode(raw, (_STATUS,), NO_NAMES)[0]
    except CandidDecodeError as error:
        raise Untrusted(f"The status is not what the specification says: {error}") from None
    return CanisterState(next(iter(told["status"])), told["cycles"])
