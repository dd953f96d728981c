"""The HTTP request that asks a provider, whatever its form, and its price."""

from hashlib import sha256
from typing import NamedTuple

from infer_core.backends.hf_text_generation import generation_fields
from infer_core.backends.openai_chat import CHAT_PATH, chat_fields
from infer_core.backends.openai_completions import COMPLETIONS_PATH, completion_fields
from infer_core.backends.turns import Asking
from infer_core.provider_rules import (
    HF_TEXT_GENERATION,
    NON_REPLICATED,
    OPENAI_CHAT,
    OPENAI_COMPLETIONS,
    REPLICATED,
    Provider,
)
from infer_core.reply_room import room_with
from refrain_core.json_texts import json_text
from refrain_core.outcall_price import (
    DEFAULT_NODES,
    max_response_bytes_for,
    outcall_fee_cycles,
)

_FIELDS = {
    OPENAI_CHAT: chat_fields,
    OPENAI_COMPLETIONS: completion_fields,
    HF_TEXT_GENERATION: generation_fields,
}
_PATHS = {OPENAI_CHAT: CHAT_PATH, OPENAI_COMPLETIONS: COMPLETIONS_PATH, HF_TEXT_GENERATION: ""}

TRANSFORM = "transform"
"""The query that rebuilds a reply; its name is a part of the request's price."""

MUST_AGREE = b"n"
"""The transform's context where the nodes compare what it leaves of a reply."""

MARGIN_CYCLES = 60_000_000
"""What a call costs this canister beside the outcall's fee: messages and instructions."""

SEEDS = 2**32
"""Seeds are sent as 32 bits, which is all that llama.cpp takes."""


class OutcallPlan(NamedTuple):
    """One outcall, whole: whatever it needs is here, so that no state is read after it.

    request_bytes: as the platform counts them. fee_cycles: what it takes for them, exactly.
    price_cycles: what the caller pays, the fee and a small margin.
    """

    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    max_response_bytes: int
    is_replicated: bool
    nodes: int
    request_bytes: int
    fee_cycles: int
    price_cycles: int


class Sample(NamedTuple):
    """The name of one asking: sample `number` of the request with this digest."""

    digest: str
    number: int


def seed_of(seed: "int | None", sample: Sample, mode: str) -> "int | None":
    """Return the seed to send for a sample of a request that gives `seed`; None sends none."""
    if seed is None and (mode == REPLICATED or sample.number):
        # Without one seed for all, every node would get another answer; and a server that draws
        # seeds itself promises nobody that two samples differ.
        seed = int(sample.digest[:8], 16)
    return None if seed is None else (seed + sample.number) % SEEDS


def idempotency_key(samples: "list[Sample]", so_fars: "tuple[str, ...]" = ()) -> str:
    """Name what a call asks, so that a proxy asks it once: the sample, or a hash of the list's.

    A later round of a sample is another question, told apart by where it begins.
    """
    names = [f"{sample.digest}-{sample.number}" for sample in samples]
    for index, so_far in enumerate(so_fars):
        if so_far:
            names[index] += f"-{len(so_far)}"
    return names[0] if len(names) == 1 else sha256("\n".join(names).encode()).hexdigest()


def plan_outcall(asking: Asking, key: str, nodes: int = DEFAULT_NODES) -> OutcallPlan:
    """Plan the outcall that asks for one answer, or for a list of them, on a subnet of `nodes`."""
    provider = asking.provider
    url = endpoint_url(provider.url, _PATHS[provider.form])
    headers = _headers(provider, key)
    body = json_text(_FIELDS[provider.form](asking)).encode()
    reply_bytes = _room(asking)
    is_replicated = provider.mode != NON_REPLICATED
    request_bytes = len(url) + len(body) + len(TRANSFORM)
    if is_replicated:
        request_bytes += len(MUST_AGREE)
    for name, value in headers:
        request_bytes += len(name) + len(value)
    fee_cycles = outcall_fee_cycles(request_bytes, reply_bytes, nodes)
    plan = (url, headers, body, reply_bytes, is_replicated, nodes, request_bytes, fee_cycles)
    return OutcallPlan(*plan, fee_cycles + MARGIN_CYCLES)


def roomier(plan: OutcallPlan, reply_bytes: int) -> OutcallPlan:
    """Return a plan with other room for its reply, and the price of that."""
    fee_cycles = outcall_fee_cycles(plan.request_bytes, reply_bytes, plan.nodes)
    return plan._replace(
        max_response_bytes=reply_bytes,
        fee_cycles=fee_cycles,
        price_cycles=fee_cycles + MARGIN_CYCLES,
    )


def _room(asking: Asking) -> int:
    """Choose the reply's size, with room for the texts that are continued: some repeat them."""
    room = max_response_bytes_for(asking.max_tokens, len(asking.turns))
    for turn in asking.turns:
        if turn.so_far:
            room = room_with(room, turn.so_far)
    return room


def endpoint_url(url: str, path: str) -> str:
    """Complete a provider's URL, given with or without OpenAI's path, to `path`; "" adds none."""
    stem = url.rstrip("/")
    if not path:
        return stem
    for known in (CHAT_PATH, COMPLETIONS_PATH, "/v1"):
        stem = stem.removesuffix(known)
    return stem + path


def _headers(provider: Provider, key: str) -> tuple[tuple[str, str], ...]:
    plain = (("content-type", "application/json"), ("idempotency-key", key))
    if not provider.api_key:
        return plain
    return (*plain, ("authorization", f"Bearer {provider.api_key}"))
