"""Asking a model's canister: what it costs, and what a rejected call means."""

from typing import Any, NamedTuple

from infer_core.backends.llama_cpp_canister import MOST_RUNS
from infer_core.backends.turns import Asking
from infer_core.provider_rules import canister_of
from infer_core.reject_texts import RETRY_AFTER_SEND_S, split_reject
from refrain_core.refusals import bad_reply, busy, provider_error, unreachable

CYCLES_PER_CHAIN_CALL = 12_000_000
"""What one call and its reply cost this canister: two messages' parts and their instructions."""

_FILE_DIGITS = 24


class ChainPlan(NamedTuple):
    """One asking, whole; `file` is where the canister keeps its state, if it does.

    fee_cycles: attached to its calls: none, its owner pays.
    """

    canister: str
    asking: Asking
    file: str
    fee_cycles: int
    price_cycles: int


def plan_chain(asking: Asking, key: str) -> ChainPlan:
    """Plan the calls that ask `asking` under a key."""
    price_cycles = CYCLES_PER_CHAIN_CALL * (MOST_RUNS + 1)
    file = key[:_FILE_DIGITS] + key[-_FILE_DIGITS:] + ".cache"
    return ChainPlan(canister_of(asking.provider.url), asking, file, 0, price_cycles)


def chain_refusal(reject: str) -> dict[str, Any]:
    """Turn a CallResult's Err into a refusal; its text is never passed on."""
    code, text = split_reject(reject)
    if "Couldn't send message" in text:
        return busy(RETRY_AFTER_SEND_S)
    if "failed to decode" in text:
        return bad_reply("the model's canister replied in another form: is it one of this kind?")
    if code == 3 or "is stopp" in text:  # noqa: PLR2004 - destination invalid
        return unreachable("the model's canister does not run: a controller must check it")
    if "IC0536" in text:
        return provider_error(404, "the model's canister has no such method: check its kind")
    if "IC0522" in text:
        return provider_error(500, "the model's canister ran out of instructions: lower its limit")
    return provider_error(500, "the model's canister failed: ask again later")
