"""Asking a model's canister; each `yield` says what is committed.

A lease is renewed with each reply, so that an asking of many calls keeps its shard, and one whose
canister stopped answering loses it.
"""

from collections.abc import Generator
from typing import Any

from kybra import CallResult, Principal, ic

from infer_calls import OpenCall, Settled, settle
from infer_core.backends.dfinity_llm import llm_request, read_response, refuse_long_chat
from infer_core.backends.llama_cpp_canister import (
    Run,
    advanced,
    chat_refusal,
    file_args,
    run_args,
    started,
)
from infer_core.chain_plan import ChainPlan, chain_refusal
from infer_core.provider_rules import DFINITY_LLM
from infer_core.reply_fields import ModelReply, UnreadableError
from lease_table import lease_table
from refrain_api.chain_records import LlamaCanister, LlmCanister
from refrain_core.refusals import bad_reply, internal, lease_lost

Asking = Generator[Any, Any, Settled]
Outcome = ModelReply | dict[str, Any]


def ask_chain(call: OpenCall, plan: ChainPlan) -> Asking:
    """Ask the model's canister of an opened call until it has answered, and settle the call."""
    try:
        if plan.asking.provider.form == DFINITY_LLM:
            calls, outcome = yield from _ask_llm(plan)
        else:
            calls, outcome = yield from _ask_llama(call, plan)
    except Exception as error:  # noqa: BLE001 - the shard must be given back
        calls, outcome = 0, internal(f"asking the canister failed: {type(error).__name__}")
    return settle(call, calls, lambda: outcome)


def _ask_llm(plan: ChainPlan) -> "Generator[Any, Any, tuple[int, Outcome]]":
    refusal = refuse_long_chat(plan.asking)
    if refusal is not None:
        return 0, refusal
    service = LlmCanister(Principal.from_str(plan.canister))
    request: Any = llm_request(plan.asking)
    # Commit point: the shard is leased and the price is taken; no other state is held.
    reply: CallResult[Any] = yield service.v1_chat(request)
    if reply.Err is not None:
        return 1, chain_refusal(reply.Err)
    try:
        return 1, read_response(reply.Ok)
    except UnreadableError as fault:
        return 1, bad_reply(str(fault))


def _ask_llama(call: OpenCall, plan: ChainPlan) -> "Generator[Any, Any, tuple[int, Outcome]]":
    service = LlamaCanister(Principal.from_str(plan.canister))
    # Commit point: the shard is leased and the price is taken; no other state is held.
    reply: CallResult[Any] = yield service.new_chat({"args": file_args(plan.file)})
    if reply.Err is not None:
        return 1, chain_refusal(reply.Err)
    if "Ok" not in reply.Ok:
        return 1, chat_refusal(reply.Ok)
    run: Any = started(plan.asking, plan.file)
    calls = 1
    while isinstance(run, Run):
        calls += 1
        if not lease_table.renew(call.keys, call.token, ic.time()):
            return calls, lease_lost("the model's canister answered too slowly: ask again")
        # Commit point: the lease, renewed; what is written so far is in this call alone.
        reply = yield service.run_update({"args": run_args(run)})
        failed = reply.Err is not None
        run = chain_refusal(reply.Err or "") if failed else advanced(run, reply.Ok)
    service.remove_prompt_cache({"args": file_args(plan.file)}).notify()
    return calls, run
