"""One inference: checked, prepared, and rendered for whoever asked."""

from typing import Any, NamedTuple

from infer_core.answer_text import settled_reply
from infer_core.backends.asking import Asking, Turn
from infer_core.budget import Budget, finish_word, plan_budget
from infer_core.foreign_json import parse_foreign
from infer_core.outcall_plan import (
    OutcallPlan,
    Sample,
    idempotency_key,
    plan_outcall,
    seed_of,
    with_room,
)
from infer_core.parameter_support import continues
from infer_core.prompt import FittedPrompt, fit_prompt
from infer_core.provider_rules import MODES, REPLICATED, Provider
from infer_core.reject_texts import reject_refusal
from infer_core.reply import read_list, read_reply
from infer_core.reply_fields import ModelReply
from refrain_core.limits import MAX_PROMPT_CHARACTERS
from refrain_core.outcall_price import HELD_CYCLES_PER_CALL
from refrain_core.refusals import bad_request, out_of_cycles, too_few_cycles, too_large
from refrain_core.request_checks import JSON_OBJECT, check_request

_DIGEST_CHARACTERS = 64
_HEX = frozenset("0123456789abcdef")


class Prepared(NamedTuple):
    """Everything that an answer needs, extracted from state before its call is made.

    Those of a list share their plan.
    """

    provider: Provider
    model: str
    so_far: str
    prompt: FittedPrompt
    budget: Budget
    plan: OutcallPlan
    stops: tuple[str, ...] = ()


class Cost(NamedTuple):
    """What an answer, or a failure, is told to have cost."""

    outcalls: int
    charged_cycles: int


NOTHING = Cost(0, 0)


def check_inference(inference: dict[str, Any]) -> dict[str, Any] | None:
    """Return the refusal of an InferRequest, or None if it may be made."""
    digest = inference["digest"]
    if len(digest) != _DIGEST_CHARACTERS or not _HEX.issuperset(digest):
        return bad_request("digest: give the request's fingerprint, 64 lower-case hex digits")
    return (
        check_request(inference["request"])
        or _check_schema(inference["request"])
        or _check_round(inference["transport"], inference["so_far"])
    )


def prepare(provider: Provider, inference: dict[str, Any]) -> Prepared:
    """Build the prompt and the outcall of a checked InferRequest; its transport is obeyed."""
    sample = Sample(inference["digest"], inference["sample"])
    provider = carried(provider, inference["transport"])
    seed = seed_of(inference["request"]["seed"], sample, provider.mode)
    return prepare_all(provider, [inference], seed)[0]


def prepare_all(
    provider: Provider, inferences: "list[dict[str, Any]]", seed: "int | None"
) -> list[Prepared]:
    """Build the prompts of checked InferRequests of equal parameters, and their one outcall."""
    request = inferences[0]["request"]
    budget = plan_budget(request["max_tokens"], provider.max_new_tokens)
    prompts = [fit_prompt(one["request"]["messages"]) for one in inferences]
    so_fars = [one["so_far"] for one in inferences]
    turns = [Turn(prompts[index].messages, so_fars[index]) for index in range(len(prompts))]
    asking = Asking(provider, request, tuple(turns), budget.max_tokens, seed)
    key = idempotency_key([Sample(one["digest"], one["sample"]) for one in inferences], so_fars)
    plan = with_room(plan_outcall(asking, key), so_fars)
    stops = tuple(request["stop"])
    return [
        Prepared(provider, request["model"], so_fars[index], prompt, budget, plan, stops)
        for index, prompt in enumerate(prompts)
    ]


def carried(provider: Provider, transport: "str | None") -> Provider:
    """Return the provider, asked by the transport that a request wants."""
    return provider if transport is None else provider._replace(mode=transport)


def check_cycles(
    plan: OutcallPlan, attached_cycles: int, balance_cycles: int
) -> dict[str, Any] | None:
    """Refuse what is not paid for, or what the canister could not send without a trap."""
    price_cycles = plan.price_cycles
    if attached_cycles < price_cycles:
        return too_few_cycles(price_cycles, attached_cycles)
    needed_cycles = plan.fee_cycles + HELD_CYCLES_PER_CALL
    if balance_cycles + price_cycles < needed_cycles:
        return out_of_cycles(needed_cycles, balance_cycles + price_cycles)
    return None


def read_outcome(prepared: Prepared, ok: Any, reject: str | None) -> ModelReply | dict[str, Any]:
    """Read what came of the outcall: a reply of OutcallReply's shape, or a reject's text."""
    if reject is not None:
        return reject_refusal(reject, prepared.plan.max_response_bytes)
    return read_reply(ok["status"], ok["body"])


def read_list_outcome(
    items: list[Prepared], ok: Any, reject: str | None
) -> "list[ModelReply | dict[str, Any]] | dict[str, Any]":
    """Read what came of a list's outcall: of each request an answer or a refusal, or one of all."""
    if reject is not None:
        return reject_refusal(reject, items[0].plan.max_response_bytes)
    return read_list(ok["status"], ok["body"], len(items))


def inferred(
    prepared: Prepared, reply: ModelReply, now_ns: int, cost: "Cost | None" = None
) -> dict[str, Any]:
    """Render an answer as an InferResult; without a cost it is that of its whole call."""
    ended = settled_reply(
        prepared.provider, reply, prepared.so_far, prepared.stops, prepared.budget.max_tokens
    )
    answer = {
        "content": ended.content,
        "finish": finish_word(ended.finish_reason, prepared.budget),
        "model": prepared.model,
        "trust": "replicated" if prepared.provider.mode == REPLICATED else "single_node",
        "prompt_tokens": reply.prompt_tokens,
        "completion_tokens": reply.completion_tokens,
        "dropped_messages": prepared.prompt.dropped_messages,
        "dropped_characters": prepared.prompt.dropped_characters,
        "created_at_ns": now_ns,
    }
    outcalls, charged_cycles = cost or Cost(1, prepared.plan.price_cycles)
    inference = {
        "answer": answer,
        "provider": prepared.provider.name,
        "continues": _continues(prepared, ended.finish_reason),
        "outcalls": outcalls,
        "charged_cycles": charged_cycles,
    }
    return {"Inferred": inference}


def _continues(prepared: Prepared, finish_reason: str) -> str:
    """Say "yes" where a round's bound cut the answer, and its provider can go on from there."""
    is_cut = finish_reason == "length" and not prepared.budget.by_caller
    return "yes" if is_cut and continues(prepared.provider) else "no"


def failed(refusal: dict[str, Any], cost: Cost = NOTHING) -> dict[str, Any]:
    """Render a refusal, with what it cost all the same, as an InferResult."""
    failure = {
        "refusal": refusal,
        "outcalls": cost.outcalls,
        "charged_cycles": cost.charged_cycles,
    }
    return {"Failed": failure}


def _check_round(transport: str | None, so_far: str) -> dict[str, Any] | None:
    if transport is not None and transport not in MODES:
        return bad_request(f"transport: leave it out, or choose one of {', '.join(MODES)}")
    if len(so_far) > MAX_PROMPT_CHARACTERS:
        return too_large("characters", len(so_far), MAX_PROMPT_CHARACTERS)
    return None


def _check_schema(request: dict[str, Any]) -> dict[str, Any] | None:
    response_format = request["response_format"]
    if response_format is None or response_format == JSON_OBJECT:
        return None
    if isinstance(parse_foreign(response_format), dict):
        return None
    return bad_request("response_format: the JSON schema is not a JSON object")
