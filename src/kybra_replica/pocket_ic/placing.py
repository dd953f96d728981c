"""Canisters on the subnet that a client names: the request gets an id of that subnet's range."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kybra import Principal

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.errors import CandidDecodeError
from kybra_replica.kernel.principals import canister_id, text_of
from kybra_replica.management.shapes import NO_NAMES
from kybra_replica.management.signatures import SIGNATURES
from kybra_replica.pocket_ic import fields
from kybra_replica.pocket_ic.faults import bad_ingress

if TYPE_CHECKING:
    from kybra_replica.ic_http.envelope import Message
    from kybra_replica.kernel.replica import Replica
    from kybra_replica.pocket_ic.instance import Instance
    from kybra_replica.pocket_ic.subnets import Subnet

_CREATE = "provisional_create_canister_with_cycles"


def placed(instance: Instance, replica: Replica, call: Message, effective: Any) -> Message:
    """The call; a new canister's that is to live outside of the default subnet gets an id there.

    Raises PocketIcError where the client names a subnet that the instance does not have.
    """
    if not isinstance(effective, dict) or "SubnetId" not in effective:
        return call
    subnet_id = fields.principal(effective, "SubnetId")
    subnet = instance.subnets.find(subnet_id)
    if subnet is None:
        raise bad_ingress(f"Subnet with ID {text_of(subnet_id)} not found")
    if subnet is instance.subnets.default or (call.canister_id, call.method) != (b"", _CREATE):
        return call
    return replace(call, arg=_with_id(call.arg, replica, subnet))


def _with_id(arg: bytes, replica: Replica, subnet: Subnet) -> bytes:
    wanted = SIGNATURES[_CREATE].arg
    assert wanted is not None  # noqa: S101 (the method has an argument)
    try:
        (value,) = decode(arg, (wanted,), NO_NAMES)
    except CandidDecodeError:
        return arg  # the management canister says what is wrong with it
    if value["specified_id"] is not None:
        return arg
    specified = Principal(_next_id(replica, subnet))
    return encode((wanted,), ({**value, "specified_id": specified},), NO_NAMES)


def _next_id(replica: Replica, subnet: Subnet) -> bytes:
    fact = f"pocket_ic_next_{subnet.place}"
    number = int(replica.kernel.store.fact(fact) or int.from_bytes(subnet.first[:8], "big"))
    while canister_id(number) in replica.kernel.canisters:
        number += 1
    replica.kernel.store.set_fact(fact, str(number + 1))
    return canister_id(number)
