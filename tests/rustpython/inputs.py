"""Seeded inputs: texts of awkward characters, requests good and bad, answers."""

import random
from typing import Any

TENANT = "rrkah-fqaaa-aaaaa-aaaaq-cai"
OTHER = "ryjl3-tyaaa-aaaaa-aaaba-cai"
ANONYMOUS = "2vxsx-fae"
MODEL = "m@1:q4"
SECOND = 1_000_000_000
START_NS = 1_700_000_000 * SECOND

TEXTS = [
    "",
    "hello",
    "é",
    "e\u0301",
    "日本語のテキスト",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "a\u0301\u0302b",
    "\ufb01",
    "\u212b",
    "\u1100\u1161\u11a8",
    "\uac00\u11a7",
    "\uac00\u11a8",
    "a\u07fd\u0301",
    "\U00011935\U00011930",
    "x|y%z",
    "\n\t\r\0\x0b\x1b\x1bc\x7f",
    "\u0627\u0651\u064e",
    "\u0958",
    "\ufb2c",
    "\U0001d15e",
    "\u0344",
    " \u2003\n",
    "\x1c\x1d",
    '"\\"',
]

_POOL = (
    'abc d|%"\\/\n\x0b\x1b\x7fé\u0301\u0323\u200d\U0001f468\U0001f600日本\u0651\u1100\u1161\u11a7'
    "\u11a8\uac00\u07fd\u0898\U00011935\U00011930\u2028\ufeff\u00a0"
)


class Inputs:
    """A seeded source of inputs."""

    def __init__(self, seed: int) -> None:
        """Begin anew."""
        self.random = random.Random(seed)  # noqa: S311 - test data

    def text(self, most: int) -> str:
        """Make up a text of at most so many characters."""
        return "".join(self.random.choices(_POOL, k=self.random.randrange(most + 1)))

    def digest(self) -> str:
        """Make up a digest."""
        return f"{self.random.getrandbits(256):064x}"

    def messages(self, most: int) -> list[dict[str, Any]]:
        """Make up a conversation of texts of at most so many characters."""
        roles = self.random.choices(["system", "user", "assistant"], k=self.random.randint(1, 7))
        return [{"role": role, "content": self.text(most)} for role in roles]


def ask(prompt: str = "hello", **fields: Any) -> dict[str, Any]:
    """Make an AskRequest, with fields replaced."""
    request = {
        "namespace": None,
        "model": MODEL,
        "messages": [{"role": "user", "content": prompt}],
        "max_tokens": None,
        "temperature_micros": None,
        "top_p_micros": None,
        "seed": None,
        "stop": [],
        "response_format": None,
        "extra": None,
        "cache_control": None,
        "consensus": None,
    }
    return request | fields


def inference_of(request: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Make an InferRequest, with fields replaced."""
    made = {
        "digest": "0123456789abcdef" * 4,
        "sample": 0,
        "request": request,
        "provider": None,
        "transport": None,
        "so_far": "",
    }
    return made | fields


def one_message(role: str, content: str) -> list[dict[str, Any]]:
    """Make a conversation of one message."""
    return [{"role": role, "content": content}]


def odd_requests() -> list[dict[str, Any]]:
    """Make at least one request for each refusal, and some that pass."""
    return [
        ask(),
        *[ask(model=model) for model in ("", "  ", "\u2003", "\x1c", "x" * 1_000, "nobody")],
        ask(messages=[]),
        ask(messages=one_message("tool", "x")),
        ask(messages=one_message("assistant", "x")),
        *[ask(text) for text in TEXTS],
        ask("x" * 64_001),
        ask("\U0001f600" * 64_000),
        ask(messages=one_message("user", "x") * 257),
        *[ask(max_tokens=tokens) for tokens in (0, 1, 32_768, 32_769)],
        *[ask(temperature_micros=micros) for micros in (0, 2_000_000, 2_000_001)],
        *[ask(top_p_micros=micros) for micros in (0, 1, 1_000_000, 1_000_001)],
        ask(stop=["x"] * 8),
        ask(stop=["x"] * 9),
        ask(stop=[""]),
        ask(stop=["y" * 257]),
        *[
            ask(response_format=schema)
            for schema in ("json_object", "zz", " {} ", "\x1c{}", "\u00a0{}", "{}x", "{" * 8_001)
        ],
        *[ask(extra=extra) for extra in EXTRAS],
        *[ask(extra=extra, response_format="{}") for extra in EXTRAS],
    ]


EXTRAS = [
    *("", "{}", "[]", "null", "{", '{"top_k":40}', '{"a":1,"a":2}', '{"a":{"b":1,"\\u0062":1}}'),
    *('{"top_k":4.0e1,"min_p":-0.0,"z":[1E3,0.10,1e-9,1e21,123456789012345678901234567890]}',),
    *('{"a":null}', '{"a":{"é":"日本\\ud83d\\ude00\x7f","b":[true,false,null]}}', '{"é":1}'),
    *('{"a":NaN}', '{"a":e}', '{"a":"\\ud800"}', '{"a":01}', '{"":1}', '{"Model":1}'),
    *('{"stream":true}', '{"n":2}', '{"json_schema":{}}', '{"json_schema":{"strict":false}}'),
    *('{"json_schema":{"x":1}}', '{"thinking":true}', '{"a":' + "[" * 31 + "]" * 31 + "}"),
    *('{"a":' + "[" * 32 + "]" * 32 + "}", '{"a":' + "[{" * 300, " " * 16_001),
]


def answer(content: str = "four", **fields: Any) -> dict[str, Any]:
    """Make an Answer, with fields replaced."""
    made = {
        "content": content,
        "finish": "stop",
        "model": MODEL,
        "trust": "single_node",
        "prompt_tokens": 11,
        "completion_tokens": 12,
        "dropped_messages": 1,
        "dropped_characters": 2,
        "created_at_ns": START_NS,
    }
    return made | fields


def put(digest: str, content: str = "four", **fields: Any) -> dict[str, Any]:
    """Make a PutRequest, with fields of it or of its answer replaced."""
    made: dict[str, Any] = {"digest": digest, "namespace": TENANT, "answer": answer(content)} | {
        "ttl_s": None,
        "cache_control": "",
        "sample": 0,
        "parts": "",
        "voters": [],
        "cost_cycles": 7,
        "cost_ms": 8,
    }
    for field, value in fields.items():
        (made if field in made else made["answer"])[field] = value
    return made
