"""What providers and the platform may send to the infer canister."""

from typing import Any

from infer_core.provider_rules import Provider
from tests.rustpython.inputs import MODEL

DIGEST = "0123456789abcdef" * 4
LOCAL = Provider(
    *("p", "http://127.0.0.1:9", MODEL, "rm", "non_replicated", "k", 64, ("a+b", "c")),
    *("openai_chat", "chatml", ("llama_cpp", "prefill", "lists")),
)
FAR = Provider("q", "https://x.example/v1/", MODEL, "far", "replicated", "", 512, ("a",))
TEXT = LOCAL._replace(name="t", form="openai_completions", template="deepseek-r1")
FACE = FAR._replace(name="h", form="hf_text_generation", template="smollm2")

REJECTS = [
    *("", "zzz", "Rejection code 2, Connecting to 127.0.0.1 failed: x", "Rejection code x, y"),
    *("Rejection code 1, Http body exceeds size limit of 2000 bytes.", "Rejection code 5"),
    *("Rejection code 1, Timeout expired", "Rejection code 2, Canister http request timed out"),
    *("Rejection code 2, Couldn't send message", "Rejection code 5, IC0503: x"),
    "Rejection code 4, request sent with 1_000 cycles, but 70_064_800 cycles are required.",
    *("Rejection code 4, sent with 1 cycles, 2, 3 cycles are required", "Rejection code \u0663, q"),
    *("Rejection code 1, No consensus could be reached", "Rejection code 1, cycles are required"),
    *("Rejection code 1, Failed to parse URL: é", "Rejection code 1, \u00b2 cycles are required"),
]

RAW_BODIES = [
    *(b"", b"error", b"\xff\xfe", b"<html>busy</html>", b"NaN", b"1" * 6_000, b"\xed\xa0\x80"),
    *(b"[" * 500 + b"]" * 500, b'{"choices":' * 500, b'{"a":' * 500 + b"1" + b"}" * 500),
    *(b"[" * 100 + b"]" * 100, b"[" * 100_000, b"null", b"{}", b'{"unreadable":[]}'),
    b'{"choices":[{"message":{"content":"\\ud800"}}]}',
    b'{"logprobs":"\\ud800","choices":[{"message":{"content":"x"}}]}',
    b'{"choices":[{"message":{"content":"\\ud83d\\ude00 \\u00e9"},"finish_reason":"stop"}]}',
    '{"choices":[{"message":{"content":"日本\\ud83d\\ude00xyz"}}]}'.encode(),
    b'{"choices":[{"message":{"content":"a"},"finish_reason":"\\udfff"}]}',
    b'{"choices":[{"message":{"content":"a\\u0000\\u001b1\\u000b2\\u007f"}}]}',
    b'{"choices":[{"message":{"content":"a"}}],"usage":{"prompt_tokens":01}}',
    b'{"choices":[{"message":{"content":"a"}}],"usage":{"prompt_tokens":1e}}',
    b'{"choices":[{"message":{"content":"a"}}],"usage":{"prompt_tokens":1e2}}',
]

PROVIDER_CHANGES: dict[str, list[Any]] = {
    "name": ["", "a b", "é", "x" * 65, "A.b_-9"],
    "url": [
        *(
            "",
            "x",
            "http://x",
            "https://",
            "https://é",
            "https://x y",
            "https://u@h",
            "http://[::1]:8",
        ),
        *("https://h?q", "https://h#f", "https://h/p/", "http://localhost/", "https://h\x7f"),
    ],
    "model": ["m", "", "m@1:q"],
    "remote_model": ["", " ", "é", "x" * 201, "a b", "\x1c"],
    "mode": ["replicated", "", "x"],
    "api_key": [None, "", "a b", "é", "k" * 1_001, "\x1b"],
    "max_new_tokens": [0, 1, 4_096, 4_097],
    "form": ["openai_completions", "hf_text_generation", ""],
    "template": ["", "plain", "x"],
    "features": [[], ["lists"], ["lists", "lists"], ["x"]],
    "shard_ids": [
        [],
        ["a", "a"],
        ["a+a"],
        ["+"],
        ["a b"],
        ["x" * 65],
        [str(n) for n in range(33)],
    ],
}
