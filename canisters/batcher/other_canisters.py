"""The canisters that this one calls, each by a stub that is made once.

To read a principal from its text costs 0.6 M instructions, and 0.6 M to write it with each call.
"""

from typing import Any

from kybra import CallResult, Principal

from batcher_rows import rows
from refrain_api.caller_texts import KnownPrincipal
from refrain_api.services import CacheService, InferService
from refrain_core.inference_texts import inference_head, read_inferred

_caches: dict[str, CacheService] = {}
_infers: dict[str, InferService] = {}


def cache_at(name: str) -> CacheService:
    """Return a cache by its principal."""
    service = _caches.get(name)
    if service is None:
        service = _caches[name] = CacheService(_proven(name))
    return service


def connected_infer() -> InferService:
    """Return the canister that asks the models."""
    name = rows.wiring["infer"]
    service = _infers.get(name)
    if service is None:
        service = _infers[name] = InferService(_proven(name))
    return service


def inference_call(inference: "dict[str, Any]", cycles: int) -> Any:
    """Make the call that asks for one inference, an InferRequest, with so many cycles."""
    request: Any = inference["request"]
    call: Any = connected_infer().infer_text(
        inference_head(inference),
        request["messages"],
        request["stop"],
        request["response_format"],
        request["extra"],
    )
    return call.with_cycles(cycles)


def inference_reply(reply: "CallResult[Any]") -> "CallResult[Any]":
    """Read the reply of such a call: an InferResult, or why there is none."""
    if reply.Err is not None:
        return reply
    result = read_inferred(reply.Ok)
    return CallResult(result, None if result else "Rejection code 5, not an inference's text")


def _proven(name: str) -> Any:
    """Return a principal for stubs, read once: what is none raises here, and traps in a call."""
    Principal.from_str(name)
    return KnownPrincipal(name)
