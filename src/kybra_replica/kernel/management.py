"""The management canister `aaaaa-aa`, as far as canisters here call it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.errors import CandidDecodeError
from kybra_replica.kernel import answers, in_flight, rejects
from kybra_replica.kernel.management_types import BLOB, HTTP_REPLY, HTTP_REQUEST, NO_NAMES
from kybra_replica.kernel.messages import Answer, CanisterOrigin, Request
from kybra_replica.kernel.outcall_desk import OutcallDesk, as_reject
from kybra_replica.kernel.principals import MANAGEMENT, text_of
from kybra_replica.kernel.rejects import CANISTER_ERROR, Reject
from kybra_replica.outcalls import limits, pricing
from kybra_replica.outcalls.request import (
    OutcallFailure,
    OutcallReply,
    OutcallRequest,
    OutcallResponse,
    Transform,
)

if TYPE_CHECKING:
    from kybra_replica.kernel.kernel_state import KernelState

RANDOM_BYTES = 32


class Management:
    """Serves `http_request` and `raw_rand`; any other method has no route."""

    def __init__(self, state: KernelState, desk: OutcallDesk) -> None:
        """Start outcalls at `desk`."""
        self._state = state
        self._desk = desk
        desk.encode = encode_reply

    def handle(self, request: Request) -> None:
        """Answer a call, now or when its outcall ends."""
        if request.method == "http_request":
            self._http_request(request)
        elif request.method == "raw_rand":
            data = self._state.random.randbytes(RANDOM_BYTES)
            self._answer(request, encode((BLOB,), (data,), NO_NAMES))
        else:
            self._answer(request, rejects.no_method(MANAGEMENT, "update", request.method))

    def _answer(self, request: Request, answer: Answer) -> None:
        answers.deliver(self._state, request.origin, answer, request.cycles)

    def _http_request(self, request: Request) -> None:
        try:
            outcall = read_request(request.arg)
        except CandidDecodeError as error:
            self._answer(request, Reject(CANISTER_ERROR, f"Error decoding candid: {error}"))
            return
        refusal = limits.refusal(outcall, text_of(request.sender)) or self._unpaid(request, outcall)
        if refusal is not None:
            self._answer(request, as_reject(refusal))
            return
        fee = pricing.fee_cycles(outcall, self._state.nodes)
        self._state.counts.burned_cycles += fee
        if isinstance(request.origin, CanisterOrigin):
            callback = request.origin.callback
            in_flight.reduce(self._state.store, callback, request.cycles - fee)
        self._desk.start(request, outcall, fee)

    def _unpaid(self, request: Request, outcall: OutcallRequest) -> OutcallFailure | None:
        fee = pricing.fee_cycles(outcall, self._state.nodes)
        return None if request.cycles >= fee else pricing.too_few_cycles(request.cycles, fee)


def read_request(arg: bytes) -> OutcallRequest:
    """`http_request`'s argument; CandidDecodeError where it is not one."""
    value = decode(arg, (HTTP_REQUEST,), NO_NAMES)[0]
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
