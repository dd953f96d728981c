"""Several requests asked by one outcall: which may go together, and what each pays."""

from typing import Any

from infer_core.inference import Prepared, check_inference
from infer_core.outcall_plan import SEEDS, Sample, seed_of
from infer_core.provider_rules import MOST_NEW_TOKENS, REPLICATED
from refrain_core.chunked_text import utf8_len
from refrain_core.outcall_price import CYCLES_PER_REQUEST_BYTE, DEFAULT_NODES
from refrain_core.refusals import bad_request, too_large

MOST_ITEMS = 16

_SHARED = (
    *("model", "max_tokens", "temperature_micros", "top_p_micros", "stop"),
    *("response_format", "extra"),
)


def check_many(inferences: "list[dict[str, Any]]") -> "dict[str, Any] | None":
    """Return the refusal of requests that cannot be asked together, or None if they can be."""
    refusal = refuse_count(inferences)
    for inference in inferences:
        refusal = refusal or check_inference(inference)
        if refusal is not None:
            return refusal
    return refusal or refuse_unlike(inferences)


def refuse_count(inferences: "list[dict[str, Any]]") -> "dict[str, Any] | None":
    """Refuse an empty list, or one that is too long."""
    if 1 <= len(inferences) <= MOST_ITEMS:
        return None
    return bad_request(f"{len(inferences)} requests: give 1 to {MOST_ITEMS}")


def refuse_unlike(inferences: "list[dict[str, Any]]") -> "dict[str, Any] | None":
    """Refuse checked requests that differ in more than their prompts."""
    first = _shared(inferences[0])
    if any(_shared(inference) != first for inference in inferences[1:]):
        return bad_request("requests differ: provider, transport and parameters must be equal")
    return None


def list_seed(inferences: "list[dict[str, Any]]", mode: str) -> "int | None":
    """Return the one seed of a list: the requests' own, or where nodes must agree the first's."""
    first = inferences[0]
    if first["request"]["seed"] is None and mode != REPLICATED:
        # One seed for all would make equal prompts equal answers; the server draws one for each.
        return None
    return seed_of(first["request"]["seed"], Sample(first["digest"], first["sample"]), mode)


def refuse_long_list(prepared: list[Prepared]) -> "dict[str, Any] | None":
    """Refuse a list whose answers could never all arrive within an outcall's 30 seconds."""
    tokens = prepared[0].budget.max_tokens * len(prepared)
    return too_large("tokens", tokens, MOST_NEW_TOKENS) if tokens > MOST_NEW_TOKENS else None


def shares(price_cycles: int, prepared: list[Prepared], nodes: int = DEFAULT_NODES) -> list[int]:
    """Share a call's price: each pays the bytes of its own prompt, and an equal part of the rest.

    What does not divide is paid by the first, so that the shares sum up exactly.
    """
    own = [CYCLES_PER_REQUEST_BYTE * nodes * _prompt_bytes(one) for one in prepared]
    common = max(0, price_cycles - sum(own))
    weights = [cycles * len(own) + common for cycles in own]
    total = max(1, sum(weights))
    paid = [price_cycles * weight // total for weight in weights]
    paid[0] += price_cycles - sum(paid)
    return paid


def _prompt_bytes(prepared: Prepared) -> int:
    return sum([utf8_len(message["content"]) for message in prepared.prompt.messages])


def _shared(inference: "dict[str, Any]") -> "list[Any]":
    request = inference["request"]
    seed = request["seed"]
    if seed is not None:
        seed = (seed + inference["sample"]) % SEEDS
    return [
        inference["provider"],
        inference["transport"],
        seed,
        *[request[name] for name in _SHARED],
    ]
