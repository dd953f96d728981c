"""The HTTP request that asks a provider, in OpenAI's chat completions form, and its price."""

from typing import Any, NamedTuple

from infer_core.foreign_json import parse_foreign
from infer_core.provider_rules import REPLICATED, Provider, is_loopback
from refrain_core.extra_parameters import SCHEMA_OPTIONS, parse_extra
from refrain_core.json_texts import json_text
from refrain_core.outcall_price import max_response_bytes_for, outcall_fee_cycles
from refrain_core.request_checks import JSON_OBJECT

CHAT_PATH = "/v1/chat/completions"
TRANSFORM = "transform"
"""The query that rebuilds a reply; its name is a part of the request's price."""

MARGIN_CYCLES = 60_000_000
"""What a call costs this canister beside the outcall's fee: messages and instructions."""

MICROS = 1_000_000
_SEEDS = 2**32
"""Seeds are sent as 32 bits, which is all that llama.cpp takes."""


class OutcallPlan(NamedTuple):
    """One outcall, whole: whatever it needs is here, so that no state is read after it."""

    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    max_response_bytes: int
    is_replicated: bool

    @property
    def fee_cycles(self) -> int:
        """The price that the platform takes for this request, exactly."""
        headers = sum(len(name) + len(value) for name, value in self.headers)
        request_bytes = len(self.url) + headers + len(self.body) + len(TRANSFORM)
        return outcall_fee_cycles(request_bytes, self.max_response_bytes)

    @property
    def price_cycles(self) -> int:
        """What the caller pays: the fee and a small margin."""
        return self.fee_cycles + MARGIN_CYCLES


class Sample(NamedTuple):
    """The name of one asking: sample `number` of the request with this digest."""

    digest: str
    number: int


def plan_outcall(
    provider: Provider,
    request: dict[str, Any],
    messages: list[dict[str, Any]],
    max_tokens: int,
    sample: Sample,
) -> OutcallPlan:
    """Plan the outcall that asks `provider` for one sample of a checked request."""
    # The caller's further parameters come first, so that none of them replaces what follows.
    fields = parse_extra(request.get("extra"))
    schema_options = fields.pop(SCHEMA_OPTIONS, {})
    fields["model"] = provider.remote_model
    fields["messages"] = messages
    fields["max_tokens"] = max_tokens
    fields["stream"] = False
    fields.update(_sampling(provider, request, sample))
    fields.update(_shape(request, schema_options))
    if is_loopback(provider.url):
        # A warm prompt cache changes some models' answers; only llama.cpp knows the field.
        fields["cache_prompt"] = False
    return OutcallPlan(
        chat_url(provider.url),
        _headers(provider, sample),
        json_text(fields).encode(),
        max_response_bytes_for(max_tokens),
        provider.mode == REPLICATED,
    )


def chat_url(url: str) -> str:
    """Complete an endpoint's URL to the chat completions path."""
    stem = url.rstrip("/")
    if stem.endswith(CHAT_PATH):
        return stem
    return stem.removesuffix("/v1") + CHAT_PATH


def _headers(provider: Provider, sample: Sample) -> tuple[tuple[str, str], ...]:
    plain = (
        ("content-type", "application/json"),
        ("idempotency-key", f"{sample.digest}-{sample.number}"),
    )
    if not provider.api_key:
        return plain
    return (*plain, ("authorization", f"Bearer {provider.api_key}"))


def _sampling(provider: Provider, request: dict[str, Any], sample: Sample) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if request["temperature_micros"] is not None:
        fields["temperature"] = request["temperature_micros"] / MICROS
    if request["top_p_micros"] is not None:
        fields["top_p"] = request["top_p_micros"] / MICROS
    seed = request["seed"]
    if seed is None and (provider.mode == REPLICATED or sample.number):
        # Without one seed for all, every node would get another answer; and a server that draws
        # seeds itself promises nobody that two samples differ.
        seed = int(sample.digest[:8], 16)
    if seed is not None:
        fields["seed"] = (seed + sample.number) % _SEEDS
    return fields


def _shape(request: dict[str, Any], schema_options: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if request["stop"]:
        fields["stop"] = list(request["stop"])
    response_format = request["response_format"]
    if response_format == JSON_OBJECT:
        fields["response_format"] = {"type": JSON_OBJECT}
    elif response_format is not None:
        schema = {"name": "answer", "strict": True}
        schema.update(schema_options)
        schema["schema"] = parse_foreign(response_format)
        fields["response_format"] = {"type": "json_schema", "json_schema": schema}
    return fields
