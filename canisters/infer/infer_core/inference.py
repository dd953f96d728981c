"""One inference: checked, prepared, and rendered for whoever asked."""

from typing import Any, NamedTuple

from infer_core.backends.turns import Asking, Turn
from infer_core.budget import Budget, plan_budget
from infer_core.chain_plan import ChainPlan, plan_chain
from infer_core.foreign_json import parse_foreign
from infer_core.outcall_plan import (
    OutcallPlan,
    Sample,
    idempotency_key,
    plan_outcall,
    seed_of,
)
from infer_core.prompt import FittedPrompt, fit_prompt
from infer_core.provider_rules import (
    CHAIN_FORMS,
    MODES,
    Provider,
)
from infer_core.reject_texts import reject_refusal
from infer_core.reply import read_list, read_reply
from infer_core.reply_fields import ModelReply
from refrain_core.limits import MAX_PROMPT_CHARACTERS, SOFT_PROMPT_CHARACTERS
from refrain_core.outcall_price import DEFAULT_NODES, HELD_CYCLES_PER_CALL
from refrain_core.refusals import bad_request, out_of_cycles, too_few_cycles, too_large
from refrain_core.request_checks import JSON_OBJECT, check_request

_DIGEST_CHARACTERS = 64
_HEX = frozenset("0123456789abcdef")


class Bounds(NamedTuple):
    """What bounds every call alike: the subnet's nodes, and where a prompt is cut."""

    nodes: int = DEFAULT_NODES
    prompt_characters: int = SOFT_PROMPT_CHARACTERS


USUAL = Bounds()


class Prepared(NamedTuple):
    """Everything that an answer needs, extracted from state before its call is made.

    Those of a list share their plan.
    """

    provider: Provider
    model: str
    so_far: str
    prompt: FittedPrompt
    budget: Budget
    plan: "OutcallPlan | ChainPlan"
    stops: tuple[str, ...] = ()


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


def prepare(provider: Provider, inference: dict[str, Any], bounds: Bounds = USUAL) -> Prepared:
    """Build the prompt and the outcall of a checked InferRequest; its transport is obeyed."""
    sample = Sample(inference["digest"], inference["sample"])
    provider = carried(provider, inference["transport"])
    seed = seed_of(inference["request"]["seed"], sample, provider.mode)
    return prepare_all(provider, [inference], seed, bounds)[0]


def prepare_all(
    provider: Provider,
    inferences: "list[dict[str, Any]]",
    seed: "int | None",
    bounds: Bounds = USUAL,
) -> list[Prepared]:
    """Build the prompts of checked InferRequests of equal parameters, and their one outcall."""
    most = bounds.prompt_characters
    prompts = [fit_prompt(one["request"]["messages"], most) for one in inferences]
    return prepare_fitted(provider, inferences, prompts, seed, bounds.nodes)


def prepare_fitted(
    provider: Provider,
    inferences: "list[dict[str, Any]]",
    prompts: "list[FittedPrompt]",
    seed: "int | None",
    nodes: int,
) -> list[Prepared]:
    """Build the one outcall of prompts that are cut already."""
    request = inferences[0]["request"]
    budget = plan_budget(request["max_tokens"], provider.max_new_tokens)
    so_fars = [one["so_far"] for one in inferences]
    turns = [Turn(prompts[index].messages, so_fars[index]) for index in range(len(prompts))]
    asking = Asking(provider, request, tuple(turns), budget.max_tokens, seed)
    key = idempotency_key(
        [Sample(one["digest"], one["sample"]) for one in inferences], tuple(so_fars)
    )
    is_onchain = provider.form in CHAIN_FORMS
    plan = plan_chain(asking, key) if is_onchain else plan_outcall(asking, key, nodes)
    stops = tuple(request["stop"])
    return [
        Prepared(provider, request["model"], so_fars[index], prompt, budget, plan, stops)
        for index, prompt in enumerate(prompts)
    ]


def carried(provider: Provider, transport: "str | None") -> Provider:
    """Return the provider, asked by the transport that a request wants."""
    return provider if transport is None else provider._replace(mode=transport)


def check_cycles(
    plan: "OutcallPlan | ChainPlan", attached_cycles: int, balance_cycles: int
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
        return reject_refusal(reject, _reply_limit(prepared))
    return read_reply(ok["status"], ok["body"])


def read_list_outcome(
    items: list[Prepared], ok: Any, reject: str | None
) -> "list[ModelReply | dict[str, Any]] | dict[str, Any]":
    """Read what came of a list's outcall: of each request an answer or a refusal, or one of all."""
    if reject is not None:
        return reject_refusal(reject, _reply_limit(items[0]))
    return read_list(ok["status"], ok["body"], len(items))


def _reply_limit(prepared: Prepared) -> int:
    plan = prepared.plan
    return plan.max_response_bytes if isinstance(plan, OutcallPlan) else 0


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
