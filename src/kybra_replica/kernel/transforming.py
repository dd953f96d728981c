"""Runs a canister's transform over one node's response, as a query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.errors import CandidDecodeError
from kybra_replica.kernel.principals import bytes_of
from kybra_replica.kernel.rejects import CANISTER_ERROR, Reject
from kybra_replica.management.http_outcalls import reply_value
from kybra_replica.management.http_shapes import HTTP_REPLY, TRANSFORM_ARGS
from kybra_replica.management.shapes import NO_NAMES
from kybra_replica.outcalls import limits
from kybra_replica.outcalls.request import (
    OutcallFailure,
    OutcallReply,
    OutcallRequest,
    OutcallResponse,
    Transform,
)

if TYPE_CHECKING:
    from kybra_replica.kernel.kernel_state import KernelState
    from kybra_replica.kernel.processor import Processor

MANAGEMENT = b""


class Transforming:
    """Applies the transform that an outcall names; failures pass through untouched."""

    def __init__(self, state: KernelState, processor: Processor) -> None:
        """Run transforms through `processor`."""
        self._state = state
        self._processor = processor

    def __call__(self, request: OutcallRequest, reply: OutcallReply) -> OutcallReply:
        """The transformed response, or why there is none."""
        if isinstance(reply, OutcallFailure) or request.transform is None:
            return reply
        answer = self._run(request.transform, reply)
        if isinstance(answer, Reject):
            return OutcallFailure(answer.code, answer.as_seen_by_canisters())
        return limits.check_transformed(request, len(answer)) or _read(answer)

    def _run(self, transform: Transform, response: OutcallResponse) -> bytes | Reject:
        canister = self._state.canisters[bytes_of(transform.principal)]
        value = {"response": reply_value(response), "context": transform.context}
        arg = encode((TRANSFORM_ARGS,), (value,), NO_NAMES)
        return self._processor.query(canister, transform.method, arg, MANAGEMENT)


def _read(answer: bytes) -> OutcallReply:
    try:
        value: dict[str, Any] = decode(answer, (HTTP_REPLY,), NO_NAMES)[0]
    except CandidDecodeError as error:
        return OutcallFailure(CANISTER_ERROR, f"Failed to decode the transformed response: {error}")
    headers = tuple((header["name"], header["value"]) for header in value["headers"])
    return OutcallResponse(value["status"], headers, value["body"])
