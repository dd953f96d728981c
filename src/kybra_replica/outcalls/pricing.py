"""The price of an outcall, pricing version 1, in cycles.

Formula and constants: https://github.com/dfinity/ic (rs/cycles_account_manager and
rs/config/src/subnet_config.rs); on 13 nodes 49,140,000 + 5,200 a request byte + 10,400 a
response byte. Replicated or not, the price is the same; what is sent beyond it comes back.
"""

from __future__ import annotations

from kybra_replica.outcalls.limits import response_limit_bytes
from kybra_replica.outcalls.request import (
    CANISTER_REJECT,
    OutcallFailure,
    OutcallRequest,
    header_bytes,
)

_BASE_CYCLES = 3_000_000
_CYCLES_PER_NODE = 60_000
_CYCLES_PER_REQUEST_BYTE = 400
_CYCLES_PER_RESPONSE_BYTE = 800


def request_bytes(request: OutcallRequest) -> int:
    """Bytes charged: URL, headers, body, and the transform's name and context."""
    size = len(request.url.encode()) + header_bytes(request.headers) + len(request.body or b"")
    if request.transform is not None:
        size += len(request.transform.method.encode()) + len(request.transform.context)
    return size


def fee_cycles(request: OutcallRequest, nodes: int = 13) -> int:
    """The price on a subnet of `nodes`; it grows with `max_response_bytes`, not with the reply."""
    per_node = (
        _BASE_CYCLES
        + _CYCLES_PER_NODE * nodes
        + _CYCLES_PER_REQUEST_BYTE * request_bytes(request)
        + _CYCLES_PER_RESPONSE_BYTE * response_limit_bytes(request)
    )
    return per_node * nodes


def too_few_cycles(sent: int, required: int) -> OutcallFailure:
    """The refusal of a request sent with fewer cycles than `fee_cycles`; nothing is charged."""
    return OutcallFailure(
        CANISTER_REJECT,
        f"http_request request sent with {sent:_} cycles, but {required:_} cycles are required.",
    )
