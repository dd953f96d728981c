"""The infer canister's core: prompts, budgets, plans, transforms, replies, rejects, shards."""

import json
from typing import Any

from infer_core import (
    budget,
    foreign_json,
    inference,
    inference_results,
    prompt,
    provider_rules,
    reject_texts,
    reply,
    shard_choice,
    status_classes,
    usage,
)
from refrain_core.leases import Lease
from tests.rustpython.infer_inputs import FAR, LOCAL, PROVIDER_CHANGES, RAW_BODIES, REJECTS
from tests.rustpython.inputs import (
    MODEL,
    SECOND,
    START_NS,
    TEXTS,
    Inputs,
    ask,
    inference_of,
    odd_requests,
)
from tests.rustpython.recording import Recording


def add(book: Recording) -> None:
    """Record all chapters."""
    prompts(book)
    inferences(book)
    replies(book)
    foreign(book)
    rejects(book)
    providers(book)
    shards(book)
    usages(book)


def chat(content: Any = "hi", **fields: Any) -> dict[str, Any]:
    """Make a provider's reply, with fields replaced."""
    message = {"role": "assistant", "content": content}
    made: dict[str, Any] = {
        "id": "x",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 4},
    }
    return made | fields


def prompts(book: Recording) -> None:
    """Long conversations cut to their essential messages, long texts to head and tail."""
    book.chapter("infer: prompts")
    made = Inputs(20)
    for _ in range(250):
        book.call(prompt.fit_prompt, made.messages(300), made.random.choice([20, 100, 300, 1_000]))
    book.call(prompt.fit_prompt, ask("e\u0301 word " * 1_500)["messages"])
    for text in TEXTS:
        for room in (0, 1, 5, 10, 40, 100):
            book.call(prompt.cut_middle, text * 30, room)
        book.call(prompt.with_prefill, [], text)
    book.call(prompt.with_prefill, [], "")
    book.chapter("infer: budgets")
    for requested in (None, 1, 64, 65):
        planned = book.call(budget.plan_budget, requested, 64)
        for word in ("stop", "length", "content_filter", ""):
            book.call(budget.finish_word, word, planned)


def inferences(book: Recording) -> None:
    """An inference from its check to its result."""
    book.chapter("infer: inferences")
    schemas = ("{e}", "{}", '{"a":1e}', '{"a":"\\ud800"}', "{" * 400 + "}" * 400, "{1}")
    for request in [*odd_requests(), *[ask(response_format=schema) for schema in schemas]]:
        book.call(inference.check_inference, inference_of(request))
    for digest in ("", "0" * 63, "G" * 64):
        book.call(inference.check_inference, inference_of(ask(), digest=digest))
    for fields in ({"transport": "replicated"}, {"transport": "x"}, {"so_far": "é" * 64_001}):
        book.call(inference.check_inference, inference_of(ask(), **fields))
    question = inference_of(ask("é " * 5_000, max_tokens=20), sample=1)
    further = inference_of(ask(), so_far="é{", transport="replicated")
    for provider, asked in ((LOCAL, question), (FAR, question), (LOCAL, further)):
        prepared = book.call(inference.prepare, provider, asked)
        for cycles in (0, prepared.plan.price_cycles, 10**12):
            book.call(inference.check_cycles, prepared.plan, cycles, cycles)
        for reject in REJECTS:
            book.call(inference.read_outcome, prepared, None, reject)
        ok = {"status": 200, "headers": [], "body": json.dumps(chat("é")).encode()}
        read = book.call(inference.read_outcome, prepared, ok, None)
        book.call(inference_results.inferred, prepared, read, START_NS)
    book.call(inference_results.failed, {"BadReply": "x"}, inference_results.Cost(1, 5))


def replies(book: Recording) -> None:
    """Raw and transformed replies, honest and hostile."""
    book.chapter("infer: transforms and replies")
    made = Inputs(22)
    contents: list[Any] = [None, 5, [], {}]
    usages: list[Any] = [None, {}, [], 3, {"prompt_tokens": True}]
    choices: list[Any] = [[], None, [3], [{}], [{"message": None}]]
    shapes: list[Any] = [
        *[chat(text) for text in TEXTS],
        *[chat(made.text(200)) for _ in range(60)],
        *[chat(content) for content in contents],
        *[chat(usage=counts) for counts in usages],
        *[
            chat(usage={"prompt_tokens": count})
            for count in (-1, 1.0, 2**32 - 1, 2**32, "9", None, 1e300)
        ],
        *[chat(choices=one) for one in choices],
        *[chat(choices=[{"message": {"content": "x"}, "finish_reason": 3}])],
        *({}, [], 3, {"unreadable": "the provider's reply is not JSON"}, {"content": "c"}),
    ]
    bodies = [json.dumps(shape).encode() for shape in shapes]
    bodies += [json.dumps(shape, ensure_ascii=False).encode() for shape in shapes]
    for body in [*bodies, *RAW_BODIES]:
        canonical = book.call(reply.canonical_body, 200, body)
        book.call(reply.read_reply, 200, body)
        book.call(reply.read_reply, 200, canonical)
    for status in (0, 199, 204, 302, 400, 401, 404, 413, 429, 500, 503, 599, 600, 99_999):
        book.call(reply.canonical_body, status, b"x")
        book.call(reply.read_reply, status, b"x")
        book.call(status_classes.status_detail, status)
        book.call(status_classes.status_refusal, status)
        for wait in ("7", "\u0667", "9" * 12, "soon"):
            headers = [{"name": "Retry-After", "value": wait}]
            for must_agree in (False, True):
                facts = (status, headers)
                book.call(status_classes.error_fields, *facts, must_agree=must_agree)
            left = book.call(reply.canonical_body, status, b"x", headers, must_agree=False)
            book.call(status_classes.told_wait_s, left)
            book.call(status_classes.status_refusal, status, left)


def foreign(book: Recording) -> None:
    """Somebody else's JSON; what is none is told from null."""
    book.chapter("infer: foreign JSON")
    for body in RAW_BODIES:
        book.call(foreign_json.decode_foreign, body)
        book.call(foreign_json.parse_foreign, body.decode("latin-1"))


def rejects(book: Recording) -> None:
    """Texts of rejected outcalls."""
    book.chapter("infer: reject texts")
    for text in REJECTS:
        book.call(reject_texts.reject_refusal, text, 2_000)
        book.call(reject_texts.split_reject, text)


def providers(book: Recording) -> None:
    """Every refusal of a provider's settings."""
    book.chapter("infer: provider rules")
    good = LOCAL._asdict() | {"shard_ids": ["a+b", "c"], "features": list(LOCAL.features)}
    for field, values in PROVIDER_CHANGES.items():
        for value in values:
            settings = good | {field: value}
            book.call(provider_rules.check_settings, settings)
            book.call(provider_rules.provider_from, settings, "stored")
    for url in PROVIDER_CHANGES["url"]:
        book.call(provider_rules.is_loopback, url)
        book.call(provider_rules.features_of_old, url)
    for shard_id in ("a", "a+b", "", "+"):
        book.call(provider_rules.shard_parts, shard_id)


def shards(book: Recording) -> None:
    """Which shard serves, under leases held and expired."""
    book.chapter("infer: shard choice")
    made = Inputs(23)
    keys = ["p/a", "p/b", "p/c", "q/a", "r/z"]
    third = LOCAL._replace(name="r", model="other@1:q")
    for number in range(120):
        until = [START_NS + made.random.randrange(-3, 90) * SECOND for _ in keys]
        leases = {key: Lease(number, end) for key, end in zip(keys, until, strict=True)}
        for key in made.random.sample(keys, made.random.randrange(4)):
            del leases[key]
        serving = book.call(shard_choice.candidates, [FAR, third, LOCAL], MODEL, number % 5)
        for name in (None, "q", "x"):
            book.call(shard_choice.named, serving, name)
        choice = book.call(shard_choice.choose, serving, leases, START_NS)
        if choice is None:
            book.call(shard_choice.retry_after_s, serving, leases, START_NS)
        book.call(shard_choice.expired, leases, START_NS)
        held = book.call(shard_choice.lease_keys, LOCAL)
        book.call(shard_choice.count_held, leases, held, START_NS)
        book.call(shard_choice.next_token, number, made.random.randrange(200))
    book.call(shard_choice.candidates, [], MODEL, 3)


def usages(book: Recording) -> None:
    """Counts added, written and read."""
    book.chapter("infer: usage")
    one, two = usage.Usage(*range(7)), usage.Usage(charged_cycles=10**30)
    book.call(usage.add_usage, one, two)
    book.call(usage.total_usage, [one, two, one])
    book.call(usage.unpack_usage, book.call(usage.pack_usage, two))
    for text in ("", "1", "x|y", "1|2|3|4|5|6|7|8"):
        book.call(usage.unpack_usage, text)
