"""A stand-in for llama_cpp_canister: its Candid and its protocol, its tokens by outcall.

The real one runs llama.cpp in wasm. This one asks the llama.cpp server on this machine for as many
tokens as a call may make, so that an answer is written over several calls, by a real model.
"""

import json
from typing import Any

from kybra import (
    Async,
    CallResult,
    Opt,
    Principal,
    Record,
    Variant,
    Vec,
    ic,
    init,
    nat16,
    nat64,
    text,
    update,
    void,
)

from refrain_api.outcall_records import Management, OutcallReply

CHARACTERS_READ_A_CALL = 120
TOKENS_A_CALL = 8


class StandInArgs(Record):
    args: Vec[text]


class StandInOutput(Record):
    status_code: nat16
    output: text
    conversation: text
    error: text
    prompt_remaining: text
    generated_eog: bool
    n_prompt_tokens: Opt[nat64]
    n_tokens_generated: Opt[nat64]


class StandInOutcome(Variant, total=False):
    Ok: StandInOutput
    Err: StandInOutput


state: dict[str, Any] = {"url": "", "lie": "", "chats": {}, "calls": []}


@init
def init_stand_in(url: text) -> void:
    state["url"] = url


@update
def lie(name: text) -> void:
    state["lie"] = name


@update
def calls() -> Vec[text]:
    """Tell what was called so far, and forget it."""
    called: list[str] = state["calls"]
    state["calls"] = []
    return called


@update
def new_chat(args: StandInArgs) -> StandInOutcome:
    state["calls"].append("new_chat")
    if state["lie"] == "denied":
        return failure(401, "Access Denied.")
    state["chats"][chat_key(args["args"])] = {"read": 0, "conversation": ""}
    return success(output="Ready to start a new chat")


@update
def remove_prompt_cache(args: StandInArgs) -> StandInOutcome:
    state["calls"].append("remove_prompt_cache")
    state["chats"].pop(chat_key(args["args"]), None)
    return success(output="removed")


@update
def run_update(args: StandInArgs) -> Async[StandInOutcome]:
    words = args["args"]
    state["calls"].append("run_update")
    if state["lie"] == "trap":
        ic.trap("the model ended badly")
    if state["lie"] == "failed":
        return failure(500, "llama_decode failed: " + words[words.index("-p") + 1])
    chat = state["chats"][chat_key(words)]
    prompt = words[words.index("-p") + 1]
    if prompt:
        return read_on(chat, prompt)
    tokens = min(int(words[words.index("-n") + 1]), TOKENS_A_CALL)
    if state["lie"] == "endless":
        return success(output="word ", n_tokens_generated=0)
    # Commit point: nothing was changed.
    reply: CallResult[OutcallReply] = yield ask_server(chat, words, tokens)
    if reply.Err is not None:
        return failure(500, reply.Err)
    told = json.loads(reply.Ok["body"].decode())
    choice = told["choices"][0]
    chat["conversation"] += choice["text"]
    ended = choice["finish_reason"] == "stop"
    shown = choice["text"] + ("<|im_end|>" if ended else "")
    return success(
        output=shown, generated_eog=ended, n_tokens_generated=told["usage"]["completion_tokens"]
    )


def read_on(chat: Any, prompt: str) -> StandInOutcome:
    chat["read"] += CHARACTERS_READ_A_CALL
    chat["conversation"] = prompt
    return success(prompt_remaining=prompt[chat["read"] :], n_prompt_tokens=len(prompt) // 4)


def ask_server(chat: Any, words: list[str], tokens: int) -> Any:
    fields: Any = {"prompt": chat["conversation"], "max_tokens": tokens, "cache_prompt": False}
    for option, name in (("--temp", "temperature"), ("--top-p", "top_p"), ("--seed", "seed")):
        if option in words:
            fields[name] = json.loads(words[words.index(option) + 1])
    request: Any = {
        "url": state["url"] + "/v1/completions",
        "max_response_bytes": 8_000,
        "method": {"post": None},
        "headers": [{"name": "content-type", "value": "application/json"}],
        "body": json.dumps(fields).encode(),
        "transform": None,
        "is_replicated": False,
    }
    return (
        Management(Principal.management_canister()).http_request(request).with_cycles(400_000_000)
    )


def chat_key(words: list[str]) -> str:
    # Each caller has files of its own, as in the real one.
    return str(ic.caller().to_str()) + "/" + words[words.index("--prompt-cache") + 1]


def success(**fields: Any) -> StandInOutcome:
    told: Any = {**blank(200), **fields}
    return {"Ok": told}


def failure(status: int, error: str) -> StandInOutcome:
    told = blank(status)
    told["error"] = error
    return {"Err": told}


def blank(status: int) -> Any:
    return {
        "status_code": status,
        "output": "",
        "conversation": "",
        "error": "",
        "prompt_remaining": "",
        "generated_eog": False,
        "n_prompt_tokens": None,
        "n_tokens_generated": None,
    }
