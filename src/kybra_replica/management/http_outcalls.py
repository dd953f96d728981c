"""`http_request` of the management canister."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.candid.encode import encode
from kybra_replica.kernel import in_flight
from kybra_replica.kernel.messages import Answer, CanisterOrigin
from kybra_replica.kernel.outcall_desk import OutcallDesk, as_reject
from kybra_replica.kernel.rejects import Rejected
from kybra_replica.management.call import LATER
from kybra_replica.management.http_shapes import HTTP_REPLY
from kybra_replica.management.shapes import NO_NAMES
from kybra_replica.outcalls import limits, pricing
from kybra_replica.outcalls.request import (
    OutcallFailure,
    OutcallReply,
    OutcallRequest,
    OutcallResponse,
    Transform,
)

if TYPE_CHECKING:
    from kybra_replica.management.call import Call


class HttpOutcalls:
    """Starts outcalls, which answer their call when they end."""

    def __init__(self, desk: OutcallDesk) -> None:
        """Start them at `desk`."""
        self._desk = desk
        desk.encode = encode_reply

    def http_request(self, call: Call) -> object:
        """Check, charge and start an outcall."""
        outcall = read_request(call.arg)
        fee = pricing.fee_cycles(outcall, call.state.nodes)
        refusal = limits.refusal(outcall, call.sender) or _unpaid(call.request.cycles, fee)
        if refusal is not None:
            raise Rejected(refusal.code, refusal.message)
        call.state.counts.burned_cycles += fee
        if isinstance(call.request.origin, CanisterOrigin):
            callback = call.request.origin.callback
            in_flight.reduce(call.state.store, callback, call.request.cycles - fee)
        self._desk.start(call.request, outcall, fee)
        return LATER


def _unpaid(cycles: int, fee: int) -> OutcallFailure | None:
    return None if cycles >= fee else pricing.too_few_cycles(cycles, fee)


def read_request(value: dict[str, Any]) -> OutcallRequest:
    """The outcall that a decoded argument asks for."""
    transform = value["transform"]
    return OutcallRequest(
        url=value["url"],
        method=next(iter(value["method"])),
        headers=tuple((header["name"], header["value"]) for header in value["headers"]),
        body=value["body"],
        max_response_bytes=value["max_response_bytes"],
        transform=None if transform is None else _transform(transform),
        is_replicated=value["is_replicated"] is not False,
    )


def _transform(value: dict[str, Any]) -> Transform:
    owner, method = value["function"]
    return Transform(str(owner.to_str()), method, value["context"])


def reply_value(response: OutcallResponse) -> dict[str, Any]:
    """A response as Candid's record."""
    headers = [{"name": name, "value": value} for name, value in response.headers]
    return {"status": response.status, "headers": headers, "body": response.body}


def encode_reply(reply: OutcallReply) -> Answer:
    """What the canister that asked receives."""
    if isinstance(reply, OutcallFailure):
        return as_reject(reply)
    return encode((HTTP_REPLY,), (reply_value(reply),), NO_NAMES)
