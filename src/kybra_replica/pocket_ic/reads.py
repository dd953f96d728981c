"""The endpoints below `/instances/N/read`: each asks and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.kernel.principals import bytes_of
from kybra_replica.pocket_ic import calls, fields, mock_responses, stable_dump
from kybra_replica.pocket_ic.faults import canister_is_empty, canister_not_found

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.kernel.canister import Canister
    from kybra_replica.kernel.replica import Replica
    from kybra_replica.pocket_ic.instance import Instance

    Endpoint = Callable[[Instance, Replica, fields.Body], Any]


def named_canister(replica: Replica, body: fields.Body) -> Canister:
    """The canister that a body names; PocketIcError where there is none."""
    raw = fields.principal(body, "canister_id")
    if raw not in replica.kernel.canisters:
        raise canister_not_found(raw)
    return replica.kernel.canisters[raw]


def named_full_canister(replica: Replica, body: fields.Body) -> Canister:
    """The same; PocketIcError also where nothing is installed in it."""
    canister = named_canister(replica, body)
    if canister.program is None:
        raise canister_is_empty(canister.canister_id)
    return canister


def _topology(instance: Instance, _replica: Replica, _body: fields.Body) -> dict[str, Any]:
    return instance.subnets.topology()


def _time(instance: Instance, _replica: Replica, _body: fields.Body) -> dict[str, int]:
    return {"nanos_since_epoch": instance.clock.set_ns}


def _cycles(_instance: Instance, replica: Replica, body: fields.Body) -> dict[str, int]:
    return {"cycles": named_canister(replica, body).free_cycles}


def _controllers(_instance: Instance, replica: Replica, body: fields.Body) -> list[dict[str, str]]:
    controllers = named_canister(replica, body).controllers
    return [{"principal_id": fields.base64(bytes_of(each))} for each in controllers]


def _stable_memory(instance: Instance, replica: Replica, body: fields.Body) -> dict[str, str]:
    canister = named_full_canister(replica, body)
    return {"blob": fields.base64(stable_dump.read(instance, replica, canister))}


def _subnet(instance: Instance, replica: Replica, body: fields.Body) -> dict[str, str] | None:
    raw = fields.principal(body, "canister_id")
    if raw not in replica.kernel.canisters:
        return None
    return {"subnet_id": fields.base64(instance.subnets.of_canister(raw).subnet_id)}


def _public_key(instance: Instance, _replica: Replica, body: fields.Body) -> list[int]:
    return list(instance.subnets.get(fields.principal(body, "subnet_id")).public_key)


def _outcalls(instance: Instance, replica: Replica, _body: fields.Body) -> list[dict[str, Any]]:
    return mock_responses.pending(instance, replica)


READS: dict[str, Endpoint] = {
    "topology": _topology,
    "get_time": _time,
    "query": calls.query,
    "ingress_status": calls.ingress_status,
    "get_cycles": _cycles,
    "get_controllers": _controllers,
    "get_stable_memory": _stable_memory,
    "get_subnet": _subnet,
    "pub_key": _public_key,
    "get_canister_http": _outcalls,
}
"""Name to function; all are run in the instance's thread, and answer what JSON can hold."""
