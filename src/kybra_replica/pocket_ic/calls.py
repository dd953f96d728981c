"""Calls of clients: to canisters, and to the management canister, as Candid bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.ic_http import canister_calls
from kybra_replica.ic_http.envelope import Message
from kybra_replica.kernel.rejects import Reject
from kybra_replica.pocket_ic import fields
from kybra_replica.pocket_ic.answer_json import answer_json
from kybra_replica.pocket_ic.placing import placed

if TYPE_CHECKING:
    from kybra_replica.kernel.messages import Answer
    from kybra_replica.kernel.replica import Replica
    from kybra_replica.pocket_ic.instance import Instance

_NEVER_NS = 0


def read_call(body: fields.Body) -> Message:
    """The call in a request's body; nothing here expires."""
    return Message(
        fields.principal(body, "sender"),
        _NEVER_NS,
        fields.principal(body, "canister_id"),
        fields.text(body, "method"),
        fields.blob(body, "payload"),
    )


def query(instance: Instance, replica: Replica, body: fields.Body) -> dict[str, Any]:
    """Ask a canister; a reply or a reject."""
    answer = canister_calls.run_query(replica, read_call(body), instance.certifier)
    return answer_json(answer, certified=False)


def submit(instance: Instance, replica: Replica, body: fields.Body) -> dict[str, Any]:
    """Queue a call for the next round; its id, or why it was not accepted."""
    call = placed(instance, replica, read_call(body), body.get("effective_principal"))
    message_id = instance.book.enter(call.sender)

    def answered(answer: Answer) -> None:
        instance.book.end(message_id, answer, instance.clock.now_ns())

    queued = canister_calls.queue_call(replica, call, answered)
    if isinstance(queued, Reject):
        instance.book.strike(message_id)
        return answer_json(queued, certified=False)
    subnet = instance.subnets.of_canister(call.canister_id)
    principal = {"SubnetId": fields.base64(subnet.subnet_id)}
    return {
        "Ok": {"effective_principal": principal, "message_id": fields.base64(message_id)},
    }


def read_message_id(body: fields.Body) -> bytes:
    """The message that a client asks for."""
    inner = body.get("raw_message_id")
    return fields.blob(inner if isinstance(inner, dict) else body, "message_id")


def ingress_status(
    instance: Instance, _replica: Replica, body: fields.Body
) -> dict[str, Any] | None:
    """How a message ended, or null."""
    caller = body.get("raw_caller")
    principal = fields.principal(caller, "principal_id") if isinstance(caller, dict) else None
    answer = instance.book.answer(read_message_id(body), principal)
    return None if answer is None else answer_json(answer, certified=True)
