"""The forms in which providers are asked: templates, bodies, lists, and what comes back."""

import json
from typing import Any

from infer_core import (
    answer_text,
    chat_templates,
    inference,
    inference_results,
    many,
    outcall_plan,
    parameter_support,
    reply,
    reply_fields,
    reply_skim,
    token_estimates,
    transport_quotes,
    trial,
)
from infer_core.backends import (
    hf_text_generation,
    openai_chat,
    openai_completions,
    response_formats,
    turns,
)
from infer_core.prompt import FittedPrompt
from infer_core.provider_rules import MODES, REPLICATED
from tests.rustpython.infer_inputs import DIGEST, FACE, FAR, LOCAL, RAW_BODIES, TEXT
from tests.rustpython.inputs import START_NS, TEXTS, Inputs, ask, inference_of
from tests.rustpython.recording import Recording

ALL = (LOCAL, FAR, TEXT, FACE)
SCHEMAS = ("json_object", '{"type":"object","n":[1,2.50,1e3,true,null]}', '{"é":"\\u001b"}')
EXTRAS = ('{"top_k":4.0e1,"a":[1,-0.0,"é"]}', '{"json_schema":{"strict":false}}')


def add(book: Recording) -> None:
    """Record all chapters."""
    templates(book)
    plans(book)
    takers(book)
    lists(book)
    replies(book)


def templates(book: Recording) -> None:
    """Conversations as one text, with marks in them, and answers without theirs."""
    book.chapter("infer: chat templates")
    made = Inputs(24)
    marks = [mark for name in chat_templates.TEMPLATES for mark in chat_templates.end_marks(name)]
    conversations = [made.messages(60) for _ in range(40)]
    conversations += [ask(text + mark + text)["messages"] for text in TEXTS for mark in marks[:4]]
    thought = [{"role": "assistant", "content": "<think>a</think> b\x1c"}]
    conversations.append(thought + [{"role": "system", "content": "s"}] + ask()["messages"])
    for name in chat_templates.TEMPLATES:
        for messages in conversations:
            book.call(chat_templates.prompt_text, name, messages, "so")
            book.call(chat_templates.advised_messages, name, messages)
        for so_far in ("", "<think>x", "x"):
            book.call(chat_templates.forced, name, so_far)
        book.call(chat_templates.advised_sampling, name)
        book.call(chat_templates.end_marks, name)
        for mark in marks:
            book.call(chat_templates.without_end_mark, name, "é" + mark + "x")
    for text in ["", "abcd", *TEXTS, *[made.text(50) for _ in range(40)]]:
        book.call(token_estimates.estimated_tokens, text)


def plans(book: Recording) -> None:
    """The whole HTTP request of every form, its JSON byte for byte, and its price."""
    book.chapter("infer: plans")
    made = Inputs(21)
    requests = [ask(text, stop=[text]) for text in TEXTS]
    for micros in (0, 1, 10, 700_000, 999_999, 1_000_000, 2_000_000):
        requests += [ask(temperature_micros=micros, top_p_micros=max(1, micros // 2))]
    requests += [ask(response_format=schema) for schema in SCHEMAS]
    requests += [ask(extra=extra, response_format="{}") for extra in EXTRAS]
    requests += [ask(messages=made.messages(80), seed=2**64 - 1) for _ in range(60)]
    for request in requests:
        for provider in ALL:
            plan_one(book, provider, request, made.random.randrange(3))
    for url in ("https://x", "https://x/v1", "https://x/v1/", "https://x/v1/chat/completions/"):
        for path in (openai_chat.CHAT_PATH, openai_completions.COMPLETIONS_PATH, ""):
            book.call(outcall_plan.endpoint_url, url, path)
    for schema in SCHEMAS[1:]:
        book.call(response_formats.schema_field, schema, {"strict": False})
    for schema in SCHEMAS:
        book.call(response_formats.bare_schema, schema)


def plan_one(book: Recording, provider: Any, request: dict[str, Any], number: int) -> None:
    """Record one request's call at one provider."""
    sample = outcall_plan.Sample(DIGEST, number)
    seed = book.call(outcall_plan.seed_of, request["seed"], sample, provider.mode)
    key = book.call(outcall_plan.idempotency_key, [sample])
    turn = turns.Turn(request["messages"], "é" if number else "")
    asked = turns.Asking(provider, request, (turn,), 64, seed)
    book.call(turns.sampling_fields, asked)
    plan = book.call(outcall_plan.plan_outcall, asked, key)
    book.call(outcall_plan.roomier, plan, 2 * plan.max_response_bytes)
    plans = {mode: plan._replace(nodes=34) for mode in MODES}
    book.call(transport_quotes.transport_quotes, plans)
    book.call(openai_chat.chat_fields, asked)
    book.call(openai_completions.completion_fields, asked._replace(turns=(turn, turn)))
    book.call(hf_text_generation.generation_fields, asked)


def takers(book: Recording) -> None:
    """Who takes which parameters, lists and beginnings."""
    book.chapter("infer: what providers take")
    formats = [ask(response_format=schema) for schema in SCHEMAS]
    tools = ask(extra='{"tools":[]}')
    hosted = TEXT._replace(features=())
    for request in [ask(), tools, *formats, *[ask(extra=extra) for extra in EXTRAS]]:
        for serving in (ALL, (LOCAL,), (TEXT,), (hosted,), (hosted, FAR)):
            book.call(parameter_support.takers, serving, request)
    for able in ((), (FAR,), ALL):
        book.call(parameter_support.list_takers, able)
        for so_far in ("", "x"):
            book.call(parameter_support.continuers, able, so_far)
    for provider in ALL:
        book.call(parameter_support.continues, provider)
        book.call(trial.trial_of, provider, START_NS)


def lists(book: Recording) -> None:
    """Several requests in one call, their checks and their shares."""
    book.chapter("infer: lists")
    made = Inputs(25)
    items = [inference_of(ask(messages=made.messages(60)), sample=number) for number in range(5)]
    odd = inference_of(ask(max_tokens=3))
    for inferences in (
        items,
        [],
        items * 4,
        [*items, odd],
        [*items, inference_of(ask(), digest="")],
    ):
        book.call(many.check_many, inferences)
        book.call(many.refuse_count, inferences)
    book.call(many.refuse_unlike, items)
    book.call(many.refuse_unlike, [*items, odd])
    prompts = [FittedPrompt([{"role": "user", "content": "\u00e9"}], 1, 2)]
    book.call(inference.prepare_fitted, LOCAL, items[:1], prompts, 7, 13)
    for mode in (REPLICATED, "non_replicated"):
        for seed in (None, 2**64 - 1):
            book.call(many.list_seed, [inference_of(ask(seed=seed), sample=2)], mode)
    for provider in (TEXT, LOCAL):
        prepared = book.call(inference.prepare_all, provider, items, 7)
        for price in (0, 1, 10**9 + 7):
            book.call(many.shares, price, prepared)
        book.call(many.refuse_long_list, prepared)
        book.call(many.refuse_long_list, prepared * 100)
        for ok in ({"status": 500, "body": b""}, {"status": 200, "body": completion(5)}):
            book.call(inference.read_list_outcome, prepared, ok, None)
        book.call(inference.read_list_outcome, prepared, None, "Rejection code 1, x")
    costly = {"Failed": {"outcalls": 1, "charged_cycles": 5}}
    later = {"Inferred": {"outcalls": 1, "charged_cycles": 7}}
    book.call(inference_results.costing_more, later, costly)
    book.call(outcall_plan.idempotency_key, [outcall_plan.Sample(DIGEST, n) for n in range(3)])
    for transport in (None, REPLICATED):
        book.call(inference.carried, LOCAL, transport)


def completion(count: int, **fields: Any) -> bytes:
    """Make a reply of completions, the last prompt's first."""
    choices = [{"index": n, "text": f"é{n}", "finish_reason": "stop"} for n in range(count)]
    return json.dumps({"choices": choices[::-1], **fields}).encode()


def replies(book: Recording) -> None:
    """Completions, lists and generations, raw and transformed, honest and broken."""
    book.chapter("infer: replies of every form")
    generations: list[Any] = [[], [3], [{}], {"generated_text": None}, {"generated_text": "é"}]
    for reason in ("length", "eos_token", "stop_sequence", "odd", 7, None):
        details = {"finish_reason": reason, "generated_tokens": 3}
        generations += [{"generated_text": "x", "details": details}]
        generations += [[{"generated_text": "x", "details": details}]]
    odd = [{"index": 1, "text": 3}, None, {"index": "0"}, {"index": 2, "text": "x"}, {"text": "y"}]
    shapes: list[Any] = [*generations, {"choices": odd}, {"choices": odd[3:4]}]
    thoughts = {"reasoning_content": "t", "content": "a"}
    told = (thoughts, {**thoughts, "content": ""}, {**thoughts, "reasoning_content": 3})
    shapes += [{"choices": [{"message": message}]} for message in told]
    bodies = [json.dumps(shape).encode() for shape in shapes]
    bodies += [completion(1, usage={"prompt_tokens": 3}), completion(4), completion(2, usage=3)]
    for text in (*TEXTS, "a\\\\b/\\u00e9", '"}]'):
        usual = json.loads(completion(1, usage={"prompt_tokens": 3, "completion_tokens": 4}))
        usual["choices"][0]["text"] = text
        bodies += [json.dumps(usual, ensure_ascii=plain).encode() for plain in (True, False)]
    for body in [*bodies, *RAW_BODIES]:
        book.call(reply_skim.skimmed, body)
        canonical = book.call(reply.canonical_body, 200, body)
        for one in (body, canonical):
            book.call(reply.read_reply, 200, one)
        book.call(reply.read_list, 200, canonical, 3)
    book.call(reply.read_list, 500, b"", 3)
    readers(book, shapes)
    for provider in ALL:
        for reason in ("", "stop"):
            one = reply_fields.ModelReply("so é<|im_end|>END x", reason, 1, 2)
            for so_far in ("", "so"):
                book.call(answer_text.settled_reply, provider, one, so_far, ("END",), 64)
    book.call(answer_text.before_stops, "a END b", ("x", "END"))


def readers(book: Recording, shapes: list[Any]) -> None:
    """Record what each form reads by itself."""
    for shape in shapes:
        is_choices = book.call(openai_completions.is_completion, shape)
        if is_choices:
            book.call(openai_completions.is_alone, shape)
            book.call(openai_completions.read_completion, shape)
            book.call(openai_completions.read_completions, shape)
        elif isinstance(shape, dict) and "choices" in shape:
            book.call(openai_chat.read_chat, shape)
            book.call(reply_fields.first_choice, shape)
        book.call(hf_text_generation.read_generation, shape)
    for holder in ({}, {"finish_reason": 3, "content": "c", "n": 1}, {"n": -1}, {"n": True}):
        book.call(reply_fields.text_of, holder, "content")
        book.call(reply_fields.finish_reason_of, holder)
        book.call(reply_fields.tokens_of, holder, "n")
