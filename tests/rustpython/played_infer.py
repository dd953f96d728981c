"""The infer canister's messages, played over a `_kybra_ic` of dicts."""

import json
from typing import Any

from refrain_core.inference_texts import inference_head
from tests.rustpython.inputs import MODEL, TEXTS, Inputs, ask, inference_of
from tests.rustpython.played_canister import OWNER, STRANGER, WRITER, Played

PROVIDER = {
    "name": "local",
    "url": "http://127.0.0.1:9",
    "model": MODEL,
    "remote_model": "tiny",
    "mode": "non_replicated",
    "api_key": "sk",
    "max_new_tokens": 512,
    "shard_ids": ["a+b", "c"],
    "form": "openai_chat",
    "template": "chatml",
    "features": ["llama_cpp", "prefill", "lists"],
}


def inference(prompt: str, **fields: Any) -> dict[str, Any]:
    """Make an InferRequest."""
    return inference_of(ask(prompt, **fields))


def infer(canister: Played) -> None:
    """Inferences driven over their await: answered, rejected, late, refused, out of shards."""
    canister.send("allow_writer", WRITER)
    for change in (
        {},
        {"name": "far", "url": "https://x.example", "mode": "replicated"},
        {"url": "x"},
    ):
        canister.send("set_provider", PROVIDER | change)
        canister.send("set_provider", PROVIDER | change | {"api_key": None}, by=STRANGER)
    for by in (OWNER, STRANGER):
        for method in ("providers", "models", "counters"):
            canister.send(method, by=by)
    made = Inputs(50)
    for text in [*TEXTS, made.text(9_000) + "x" * 9_000]:
        canister.send("quote_infer", inference(text), by=WRITER)
        waiting = canister.send("infer", inference(text), by=WRITER, cycles=10**12)
        if "number" in waiting:
            body = json.dumps({"choices": [{"message": {"content": text}}]}).encode()
            reply = {"status": 200, "headers": [], "body": body}
            reduced = canister.send("transform", {"response": reply, "context": b""})["replied"]
            canister.answer(waiting, reduced)
    texts(canister)
    lists(canister)
    prices(canister)
    canister.send("rest")
    canister.send("infer", inference("x"), by=STRANGER, cycles=10**12)
    canister.send("infer", inference("x"), by=WRITER, cycles=5)
    canister.send("infer", inference("x", response_format='{"a":e}'), by=WRITER, cycles=10**12)
    waiting = [canister.send("infer", inference("x"), by=WRITER, cycles=10**12) for _ in range(5)]
    canister.answer(waiting[0], None, "Rejection code 2, Couldn't send message")
    canister.answer(waiting[1], {"status": 500, "headers": [], "body": b"[" * 500})
    canister.tick(91)
    canister.answer(waiting[2], {"status": 200, "headers": [], "body": b"{}"})
    on_chain(canister)
    trials(canister)
    canister.send("remove_provider", "far")
    canister.send("remove_provider", "far")
    canister.upgrade()
    canister.send("counters")
    canister.send("providers")


def texts(canister: Played) -> None:
    """The same in plain texts: answered, refused, unreadable."""
    for text in ("x", "é|x", ""):
        asked = inference(text)
        request = asked["request"]
        args = [inference_head(asked), request["messages"], [], None, None]
        canister.send("infer_text", *args, by=STRANGER, cycles=10**12)
        waiting = canister.send("infer_text", *args, by=WRITER, cycles=10**12)
        if "number" in waiting:
            canister.answer(waiting, {"status": 200, "headers": [], "body": b"{}"})
    canister.send("infer_text", "x", [], [], None, None, by=WRITER, cycles=10**12)


def lists(canister: Played) -> None:
    """Lists answered, answered in part, rejected and refused."""
    items = [inference(f"? {text}", max_tokens=9) | {"provider": "local"} for text in TEXTS[:5]]
    choices = [{"index": n, "text": text, "finish_reason": "stop"} for n, text in enumerate(TEXTS)]
    for told in (choices[:5], choices[2:4], choices[:1]):
        canister.send("quote_infer_many", items, by=WRITER)
        waiting = canister.send("infer_many", items, by=WRITER, cycles=10**12)
        reply = {"status": 200, "headers": [], "body": json.dumps({"choices": told}).encode()}
        reduced = canister.send("transform", {"response": reply, "context": b""})["replied"]
        canister.answer(waiting, reduced)
    waiting = canister.send("infer_many", items, by=WRITER, cycles=10**12)
    canister.answer(waiting, None, "Rejection code 1, Timeout expired")
    for refused in ([], items * 4, [items[0], inference("x", max_tokens=3)]):
        canister.send("infer_many", refused, by=WRITER, cycles=10**12)
    canister.send("infer_many", items, by=STRANGER, cycles=10**12)
    canister.send("infer_many", items, by=WRITER, cycles=5)


def on_chain(canister: Played) -> None:
    """Models' canisters asked to the end of their answers, and failing on the way."""
    chain = PROVIDER | {"url": "canister:aaaaa-aa", "mode": "onchain", "features": []}
    told = {"status_code": 200, "output": "é", "prompt_remaining": "", "generated_eog": False}
    told |= {"n_prompt_tokens": 3, "n_tokens_generated": 2}
    ended = told | {"generated_eog": True}
    replies: list[list[Any]] = [
        [{"Ok": told}, {"Ok": told}, {"Ok": told}, {"Ok": ended}],
        [{"Ok": told}, {"Err": told | {"status_code": 401}}],
        [{"Err": told | {"status_code": 500}}],
        [{"Ok": told}, None],
    ]
    canister.send("set_provider", chain | {"form": "llama_cpp_canister"})
    for number, replied in enumerate(replies):
        item = inference(f"? {number}") | {"provider": "local"}
        waiting = canister.send("infer", item, by=WRITER, cycles=10**12)
        for reply in replied:
            reject = "Rejection code 5, IC0522: x" if reply is None else None
            waiting = canister.answer(waiting, reply, reject)
    canister.send("set_provider", chain | {"form": "dfinity_llm", "template": ""})
    messages: list[Any] = [{"content": "é", "tool_calls": []}, {"content": None, "tool_calls": []}]
    for message in messages:
        item = inference("x") | {"provider": "local"}
        waiting = canister.send("infer", item, by=WRITER, cycles=10**12)
        canister.answer(waiting, {"message": message})
    canister.send("infer", item | {"transport": "replicated"}, by=WRITER, cycles=10**12)


def trials(canister: Played) -> None:
    """Providers tried by a controller, and by nobody else."""
    for name, by in (("far", OWNER), ("x", OWNER), ("far", STRANGER)):
        waiting = canister.send("test_provider", name, by=by)
        if "number" in waiting:
            canister.answer(waiting, None, "Rejection code 1, Timeout expired")


def prices(canister: Played) -> None:
    """Prices by each transport, and the size of the subnet that they are for."""
    bounds = {"round_tokens": 256, "prompt_tokens": 1_000, "total_tokens": 1_256, "attempts": 2}
    bounds |= {"message_instructions": 5_000_000, "margin_instructions": 4_500_000}
    for changes, by in (({}, OWNER), ({}, STRANGER), ({"attempts": 0}, OWNER)):
        canister.send("set_budgets", bounds | changes, by=by)
        canister.send("status", by=by)
        canister.send("events", 0, by=by)
    for by in (WRITER, STRANGER):
        canister.send("quote_transports", inference("x"), by=by)
    for nodes in (0, 34, 13):
        canister.send("set_subnet_nodes", nodes)
