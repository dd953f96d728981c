"""What clients ask canisters of the real network that a local one does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra import Principal

from kybra_replica.candid.encode import encode
from kybra_replica.candid.model import Primitive, TypeTable, Vec
from kybra_replica.kernel.principals import canister_id
from kybra_replica.kernel.rejects import Reject

if TYPE_CHECKING:
    from kybra_replica.ic_http.envelope import Message
    from kybra_replica.kernel.messages import Answer

CYCLES_MINTING = canister_id(4)
_NO_CANISTER_OR_METHOD = {"IC0301", "IC0536"}


def with_stand_in(message: Message, answer: Answer, subnet_id: bytes) -> Answer:
    """A query's answer; in place of a missing cycles minting canister's, the subnet to create in.

    The `icp` command asks for it before it creates a canister.
    """
    asked = (message.canister_id, message.method)
    if asked != (CYCLES_MINTING, "get_default_subnets"):
        return answer
    if not isinstance(answer, Reject) or answer.error_code not in _NO_CANISTER_OR_METHOD:
        return answer
    return encode((Vec(Primitive("principal")),), ([Principal(subnet_id)],), TypeTable())
