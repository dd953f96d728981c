"""Pending outcalls as a client sees them, and the responses that it makes up for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.outcalls.limits import check_response
from kybra_replica.outcalls.request import OutcallFailure, OutcallReply, OutcallResponse
from kybra_replica.pocket_ic import fields
from kybra_replica.pocket_ic.faults import (
    invalid_reject_code,
    malformed,
    subnet_not_found,
    unknown_outcall,
    wrong_response_count,
)

if TYPE_CHECKING:
    from kybra_replica.kernel.replica import Replica
    from kybra_replica.outcalls.request import OutcallRequest
    from kybra_replica.pocket_ic.instance import Instance
    from kybra_replica.pocket_ic.outcall_tray import Laid

REJECT_CODES = range(1, 7)
MAX_STATUS = 2**16 - 1


def pending(instance: Instance, replica: Replica) -> list[dict[str, Any]]:
    """Every outcall that no response arrived for and that live mode did not send."""
    shown = []
    for number, outcall in replica.desk.pending.items():
        laid = instance.tray.find(outcall.request)
        if laid is not None and laid.state != "sent":
            subnet = instance.subnets.of_canister(outcall.origin.sender)
            shown.append(_request_json(number, subnet.subnet_id, outcall.request))
    return shown


def _request_json(number: int, subnet: bytes, request: OutcallRequest) -> dict[str, Any]:
    return {
        "subnet_id": {"subnet_id": fields.base64(subnet)},
        "request_id": number,
        "http_method": request.method.upper(),
        "url": request.url,
        "headers": [{"name": name, "value": value} for name, value in request.headers],
        "body": fields.base64(request.body or b""),
        "max_response_bytes": request.max_response_bytes,
    }


def mock(instance: Instance, replica: Replica, body: fields.Body) -> None:
    """Answer an outcall; its canister learns of it in the next round."""
    first = _response(fields.within(body, "response"))
    others = [_response(each) for each in fields.items(body, "additional_responses")]
    laid = _mocked(instance, replica, body)
    nodes = replica.kernel.nodes
    if others and len(others) + 1 != nodes:
        raise wrong_response_count(len(others) + 1, nodes)
    replies = [first, *others] if others else [first] * nodes
    laid.state = "mocked"
    laid.answer([_checked(laid.request, reply) for reply in replies])


def _mocked(instance: Instance, replica: Replica, body: fields.Body) -> Laid:
    subnet = fields.principal(fields.within(body, "subnet_id"), "subnet_id")
    if instance.subnets.find(subnet) is None:
        raise subnet_not_found(subnet)
    number = fields.number(body, "request_id")
    outcall = replica.desk.pending.get(number)
    laid = None if outcall is None else instance.tray.find(outcall.request)
    if laid is None or laid.state == "sent":
        raise unknown_outcall(subnet, number)
    return laid


def _checked(request: OutcallRequest, reply: OutcallReply) -> OutcallReply:
    if isinstance(reply, OutcallFailure):
        return reply
    return check_response(request, reply) or reply


def _response(given: fields.Body) -> OutcallReply:
    if "CanisterHttpReject" in given:
        reject = fields.within(given, "CanisterHttpReject")
        code = fields.number(reject, "reject_code")
        if code not in REJECT_CODES:
            raise invalid_reject_code(code)
        return OutcallFailure(code, fields.text(reject, "message"))
    if "CanisterHttpReply" in given:
        reply = fields.within(given, "CanisterHttpReply")
        headers = fields.items(reply, "headers")
        return OutcallResponse(
            fields.number(reply, "status", MAX_STATUS),
            tuple((fields.text(each, "name"), fields.text(each, "value")) for each in headers),
            fields.blob(reply, "body"),
        )
    raise malformed("a response is a CanisterHttpReply or a CanisterHttpReject")
