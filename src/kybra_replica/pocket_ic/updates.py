"""The endpoints below `/instances/N/update`: each moves the instance, or changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.pocket_ic import calls, fields, mock_responses, stable_dump
from kybra_replica.pocket_ic.answer_json import answer_json
from kybra_replica.pocket_ic.faults import PocketIcError, bad_ingress
from kybra_replica.pocket_ic.reads import named_canister, named_full_canister

if TYPE_CHECKING:
    from kybra_replica.kernel.replica import Replica
    from kybra_replica.pocket_ic.instance import Instance
    from kybra_replica.pocket_ic.reads import Endpoint

ROUNDS_AWAITED = 100


def _await(instance: Instance, _replica: Replica, body: fields.Body) -> dict[str, Any]:
    message_id = calls.read_message_id(body)
    for _ in range(ROUNDS_AWAITED):
        answer = instance.book.answer(message_id, None)
        if answer is not None:
            return answer_json(answer, certified=True)
        instance.rounds.run()
    why = f"Failed to answer to ingress 0x{message_id.hex()} after {ROUNDS_AWAITED} rounds."
    raise bad_ingress(why)


def _tick(instance: Instance, _replica: Replica, body: fields.Body) -> None:
    if body.get("blockmakers"):
        raise PocketIcError("Block makers are not emulated: tick without `blockmakers`")
    instance.rounds.run()


def _set_time(instance: Instance, _replica: Replica, body: fields.Body) -> None:
    instance.clock.set(fields.number(body, "nanos_since_epoch"))


def _set_certified_time(instance: Instance, _replica: Replica, body: fields.Body) -> None:
    time_ns = fields.number(body, "nanos_since_epoch")
    moves = time_ns != instance.clock.set_ns
    instance.clock.set(time_ns)
    if moves:
        instance.rounds.run()


def _add_cycles(_instance: Instance, replica: Replica, body: fields.Body) -> dict[str, int]:
    canister = named_canister(replica, body)
    with replica.kernel.store.transaction():
        canister.cycles += fields.number(body, "amount", fields.MAX_NAT128)
        replica.kernel.save(canister)
    return {"cycles": canister.free_cycles}


def _set_stable_memory(instance: Instance, replica: Replica, body: fields.Body) -> None:
    canister = named_full_canister(replica, body)
    stable_dump.write(instance, replica, canister, body["blob"])


UPDATES: dict[str, Endpoint] = {
    "submit_ingress_message": calls.submit,
    "await_ingress_message": _await,
    "set_time": _set_time,
    "set_certified_time": _set_certified_time,
    "add_cycles": _add_cycles,
    "set_stable_memory": _set_stable_memory,
    "tick": _tick,
    "mock_canister_http": mock_responses.mock,
}
"""Name to function, as in `reads.READS`; `set_stable_memory` finds its `blob` in the body."""
