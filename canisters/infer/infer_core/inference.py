"""One inference: checked, prepared, and rendered for whoever asked."""

from typing import Any, NamedTuple

from infer_core.budget import Budget, finish_word, plan_budget
from infer_core.foreign_json import parse_foreign
from infer_core.outcall_plan import OutcallPlan, Sample, plan_outcall
from infer_core.parameter_support import continuers
from infer_core.prompt import FittedPrompt, fit_prompt, with_prefill
from infer_core.provider_rules import MODES, REPLICATED, Provider
from infer_core.reject_texts import reject_refusal
from infer_core.reply import ModelReply, read_reply
from infer_core.reply_room import room_with
from refrain_core.limits import MAX_PROMPT_CHARACTERS
from refrain_core.outcall_price import HELD_CYCLES_PER_CALL
from refrain_core.refusals import bad_request, out_of_cycles, too_few_cycles, too_large
from refrain_core.request_checks import JSON_OBJECT, check_request

_DIGEST_CHARACTERS = 64
_HEX = frozenset("0123456789abcdef")


class Prepared(NamedTuple):
    """Everything that one call needs, extracted from state before it is made."""

    provider: Provider
    model: str
    so_far: str
    prompt: FittedPrompt
    budget: Budget
    plan: OutcallPlan


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
    request = inference["request"]
    so_far = inference["so_far"]
    if inference["transport"] is not None:
        provider = provider._replace(mode=inference["transport"])
    prompt = fit_prompt(request["messages"])
    budget = plan_budget(request["max_tokens"], provider.max_new_tokens)
    sample = Sample(inference["digest"], inference["sample"])
    messages = with_prefill(prompt.messages, so_far)
    plan = plan_outcall(provider, request, messages, budget.max_tokens, sample)
    if so_far:
        plan = plan._replace(max_response_bytes=room_with(plan.max_response_bytes, so_far))
    return Prepared(provider, request["model"], so_far, prompt, budget, plan)


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


def inferred(prepared: Prepared, reply: ModelReply, now_ns: int) -> dict[str, Any]:
    """Render an answer as an InferResult."""
    answer = {
        # llama.cpp repeats the text that it was told to continue; others do not.
        "content": reply.content.removeprefix(prepared.so_far),
        "finish": finish_word(reply.finish_reason, prepared.budget),
        "model": prepared.model,
        "trust": "replicated" if prepared.provider.mode == REPLICATED else "single_node",
        "prompt_tokens": reply.prompt_tokens,
        "completion_tokens": reply.completion_tokens,
        "dropped_messages": prepared.prompt.dropped_messages,
        "dropped_characters": prepared.prompt.dropped_characters,
        "created_at_ns": now_ns,
    }
    inference = {
        "answer": answer,
        "provider": prepared.provider.name,
        "continues": _continues(prepared, reply),
        "outcalls": 1,
        "charged_cycles": prepared.plan.price_cycles,
    }
    return {"Inferred": inference}


def _continues(prepared: Prepared, reply: ModelReply) -> str:
    """Say "yes" where a round's bound cut the answer, and its provider can go on from there."""
    is_cut = reply.finish_reason == "length" and not prepared.budget.by_caller
    is_able = isinstance(continuers([prepared.provider], prepared.model), list)
    return "yes" if is_cut and is_able else "no"


def failed(refusal: dict[str, Any], outcalls: int = 0, charged_cycles: int = 0) -> dict[str, Any]:
    """Render a refusal, with what it cost all the same, as an InferResult."""
    failure = {"refusal": refusal, "outcalls": outcalls, "charged_cycles": charged_cycles}
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
