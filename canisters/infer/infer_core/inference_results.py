"""What came of an inference, rendered for whoever asked."""

from typing import Any, NamedTuple

from infer_core.answer_text import settled_reply
from infer_core.budget import finish_word
from infer_core.inference import Prepared
from infer_core.parameter_support import continues
from infer_core.provider_rules import CHAIN_FORMS, LLAMA_CPP_CANISTER, NON_REPLICATED, Provider
from infer_core.reply_fields import ModelReply


class Cost(NamedTuple):
    """What an answer, or a failure, is told to have cost."""

    outcalls: int
    charged_cycles: int


NOTHING = Cost(0, 0)


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
        "trust": _trust(prepared.provider),
        "prompt_tokens": reply.prompt_tokens,
        "completion_tokens": reply.completion_tokens,
        "dropped_messages": prepared.prompt.dropped_messages,
        "dropped_characters": prepared.prompt.dropped_characters,
        "created_at_ns": now_ns,
    }
    outcalls, charged_cycles = cost or whole_cost(prepared)
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


def whole_cost(prepared: Prepared) -> Cost:
    """Return what the whole call costs; one between canisters is no outcall."""
    is_onchain = prepared.provider.form in CHAIN_FORMS
    return Cost(0 if is_onchain else 1, prepared.plan.price_cycles)


def failed(refusal: dict[str, Any], cost: Cost = NOTHING) -> dict[str, Any]:
    """Render a refusal, with what it cost all the same, as an InferResult."""
    failure = {
        "refusal": refusal,
        "outcalls": cost.outcalls,
        "charged_cycles": cost.charged_cycles,
    }
    return {"Failed": failure}


def costing_more(later: Any, earlier: Any) -> Any:
    """Add to an InferResult what an earlier one, which brought no answer, cost."""
    for told in later.values():
        for failure in earlier.values():
            told["outcalls"] += failure["outcalls"]
            told["charged_cycles"] += failure["charged_cycles"]
    return later


def _trust(provider: Provider) -> str:
    """Say how far an answer can be trusted; DFINITY's workers are one operator's.

    Through a proxy, too, no node can pass off an answer that the others did not get.
    """
    if provider.form == LLAMA_CPP_CANISTER:
        return "onchain"
    one_node = provider.form in CHAIN_FORMS or provider.mode == NON_REPLICATED
    return "single_node" if one_node else "replicated"
