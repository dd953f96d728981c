"""A stand-in for the DFINITY LLM canister: its Candid; the answers are the local server's."""

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
    text,
    update,
    void,
)

from refrain_api.outcall_records import Management, OutcallReply


class StandInText(Record):
    content: text


class StandInToolResult(Record):
    content: text
    tool_call_id: text


class StandInArgument(Record):
    name: text
    value: text


class StandInFunction(Record):
    name: text
    arguments: Vec[StandInArgument]


class StandInToolCall(Record):
    id: text
    function: StandInFunction


class StandInAssistant(Record):
    content: Opt[text]
    tool_calls: Vec[StandInToolCall]


class StandInMessage(Variant, total=False):
    user: StandInText
    system: StandInText
    assistant: StandInAssistant
    tool: StandInToolResult


class StandInTool(Variant, total=False):
    function: StandInText


class StandInRequest(Record):
    model: text
    messages: Vec[StandInMessage]
    tools: Opt[Vec[StandInTool]]


class StandInResponse(Record):
    message: StandInAssistant


state: dict[str, Any] = {"url": "", "lie": ""}


@init
def init_stand_in(url: text) -> void:
    state["url"] = url


@update
def lie(name: text) -> void:
    state["lie"] = name


@update
def v1_chat(request: StandInRequest) -> Async[StandInResponse]:
    if state["lie"] == "trap":
        ic.trap("the worker is gone")
    if state["lie"] == "tool":
        call: Any = {"id": "1", "function": {"name": "f", "arguments": []}}
        return {"message": {"content": None, "tool_calls": [call]}}
    given: Any = request["messages"]
    messages = []
    for message in given:
        role = next(iter(message))
        messages.append({"role": role, "content": message[role]["content"]})
    fields = {"model": request["model"], "messages": messages, "max_tokens": 24, "temperature": 0}
    args: Any = {
        "url": state["url"] + "/v1/chat/completions",
        "max_response_bytes": 8_000,
        "method": {"post": None},
        "headers": [{"name": "content-type", "value": "application/json"}],
        "body": json.dumps(fields).encode(),
        "transform": None,
        "is_replicated": False,
    }
    # Commit point: nothing was changed.
    management = Management(Principal.management_canister())
    reply: CallResult[OutcallReply] = yield management.http_request(args).with_cycles(400_000_000)
    if reply.Err is not None:
        ic.trap("no worker answered")
    told = json.loads(reply.Ok["body"].decode())
    return {"message": {"content": told["choices"][0]["message"]["content"], "tool_calls": []}}
