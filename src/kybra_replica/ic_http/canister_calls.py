"""Calls and queries as the kernel takes them, with the numbers that ingress senders see."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kybra_replica.ic_http.canister_list import canister_list
from kybra_replica.ic_http.state_facts import numbered
from kybra_replica.kernel import ingress
from kybra_replica.kernel.messages import Answer, IngressOrigin, Request
from kybra_replica.kernel.principals import text_of
from kybra_replica.kernel.rejects import DESTINATION_INVALID, SYS_FATAL, Reject, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.ic_http.certifier import Certifier
    from kybra_replica.ic_http.envelope import Message
    from kybra_replica.kernel.canister import Canister
    from kybra_replica.kernel.replica import Replica

MANAGEMENT = b""
_NOT_FOUND = "IC0301"
_NOT_RUNNING = {"stopped": "IC0508", "stopping": "IC0509"}


def queue_call(
    replica: Replica, message: Message, answered: Callable[[Answer], None]
) -> int | Reject:
    """Queue a call; the number under which its answer is kept, or why it is not taken."""
    if message.canister_id == MANAGEMENT:
        return _queue_management(replica, message, answered)
    canister = replica.kernel.canisters.get(message.canister_id)
    if canister is None:
        return no_canister(message.canister_id)
    try:
        return replica.submit_raw(
            canister, message.method, message.arg, text_of(message.sender), answered
        )
    except Rejected as refused:
        return _for_ingress(canister, refused.reject)


def _queue_management(
    replica: Replica, message: Message, answered: Callable[[Answer], None]
) -> int | Reject:
    refusal = replica.management.inspect(message.method, message.arg, text_of(message.sender))
    if refusal is not None:
        return refusal
    number = ingress.receive(replica.kernel.store, MANAGEMENT, message.method)
    origin = IngressOrigin(number, answered)
    request = Request(origin, message.sender, MANAGEMENT, message.method, message.arg)
    replica.kernel.queue.append(request)
    return number


def run_query(replica: Replica, message: Message, certifier: Certifier | None = None) -> Answer:
    """Run a query, for which `certifier` signs certified data; whatever happens, an answer."""
    try:
        if message.canister_id == MANAGEMENT:
            return _run_management_query(replica, message)
        canister = replica.kernel.canisters.get(message.canister_id)
        if canister is None:
            return no_canister(message.canister_id)
        certify = None if certifier is None else partial(_data_certificate, replica, certifier)
        asked = (canister, message.method, message.arg, message.sender)
        return numbered(replica.read_only.query(*asked, certify))
    except Exception as error:  # noqa: BLE001 (a bug here must reach the caller as an answer)
        return internal_error(error)


def _run_management_query(replica: Replica, message: Message) -> Answer:
    if message.method == "list_canisters":
        return canister_list(sorted(replica.kernel.canisters))
    return replica.management.query(message.method, message.arg, text_of(message.sender))


def _data_certificate(replica: Replica, certifier: Certifier, canister: Canister) -> bytes:
    path = (b"canister", canister.canister_id, b"certified_data")
    forest = {path[0]: {path[1]: {path[2]: canister.certified_data}}}
    return certifier.certify([path], replica.clock.now_ns(), forest)


def no_canister(raw: bytes) -> Reject:
    """There is no such canister, as ingress senders are told."""
    return Reject(DESTINATION_INVALID, f"Canister {text_of(raw)} not found", _NOT_FOUND)


def internal_error(error: Exception) -> Reject:
    """A bug of the replica, as the answer to whom it hit."""
    return Reject(SYS_FATAL, f"Internal error of the replica: {type(error).__name__}: {error}")


def _for_ingress(canister: Canister, reject: Reject) -> Reject:
    if canister.status != "running":
        return Reject(reject.code, reject.message, _NOT_RUNNING[canister.status])
    answer = numbered(reject)
    return answer if isinstance(answer, Reject) else reject
