"""The quick reading of usual replies says what the full one says, or nothing."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infer_core.foreign_json import parse_foreign
from infer_core.reply import canonical_body, read_reply
from infer_core.reply_fields import ModelReply
from infer_core.reply_skim import skimmed

USAGE = {
    "completion_tokens": 12,
    "prompt_tokens": 34,
    "total_tokens": 46,
    "prompt_tokens_details": {"cached_tokens": 0},
}
ABOUT = {"created": 1, "model": "m", "object": "chat.completion", "id": "chatcmpl-1"}
TIMINGS = {"cache_n": 0, "prompt_ms": 287.399}


def llama(content: Any, finish: Any = "stop") -> dict[str, Any]:
    """Make a chat completion as llama.cpp's server orders it."""
    message = {"role": "assistant", "content": content}
    choice = {"finish_reason": finish, "index": 0, "message": message}
    return {"choices": [choice], **ABOUT, "usage": USAGE, "timings": TIMINGS}


def router(content: Any, finish: Any = "stop") -> dict[str, Any]:
    """Make one as most hosted servers do: the choices last but for the usage."""
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    return {**ABOUT, "choices": [choice], "usage": {"prompt_tokens": 34, "completion_tokens": 12}}


def completion(content: Any, finish: Any = "stop") -> dict[str, Any]:
    """Make a completion of one prompt."""
    choice = {"text": content, "index": 0, "logprobs": None, "finish_reason": finish}
    return {"choices": [choice], **ABOUT, "usage": USAGE}


@pytest.mark.parametrize("make", [llama, router, completion])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_the_usual_shapes_are_read_without_parsing(make: Any, separators: Any) -> None:
    """With and without blanks, whether an answer ended or not."""
    for finish, reason in (("stop", "stop"), ("length", "length"), (None, "")):
        body = json.dumps(make("Paris.", finish), separators=separators).encode()
        assert skimmed(body) == ModelReply("Paris.", reason, 34, 12)


@given(
    content=st.text(max_size=40) | st.sampled_from(['"}}],', "\\", '\\"', '{"usage":{', "\n\t/"]),
    make=st.sampled_from([llama, router, completion]),
    is_ascii=st.booleans(),
)
@settings(derandomize=True, max_examples=300)
def test_any_content_is_read_as_json_reads_it(content: str, make: Any, is_ascii: bool) -> None:  # noqa: FBT001
    """Quotes, backslashes, brackets and characters of all kinds; else the full reading decides."""
    body = json.dumps(make(content), ensure_ascii=is_ascii).encode("utf-8", "surrogatepass")
    found = skimmed(body)
    if found is not None:
        assert found == ModelReply(
            json.loads(body)["choices"][0].get("text", content), "stop", 34, 12
        )
    assert read_reply(200, canonical_body(200, body)) == read_reply(200, body)


@given(
    shape=st.recursive(
        st.none() | st.booleans() | st.integers(-9, 99) | st.sampled_from(["stop", "text", "x"]),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(
                st.sampled_from(["choices", "message", "content", "text", "usage", "index", "x"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ),
    place=st.sampled_from(["choices", "usage", "message", "extra"]),
)
@settings(derandomize=True, max_examples=400)
def test_a_strange_shape_is_never_read_otherwise_than_in_full(shape: Any, place: str) -> None:
    """Whatever stands where the usual was, a quick answer is the full answer."""
    reply = llama("Paris.")
    if place == "message":
        reply["choices"][0]["message"] = shape
    else:
        reply[place] = shape
    body = json.dumps(reply).encode()
    found = skimmed(body)
    if found is not None:
        assert found == read_reply(200, body)


@pytest.mark.parametrize(
    "changes",
    [
        {"choices": [llama("a")["choices"][0], llama("b")["choices"][0]]},
        {"choices": [{**llama("a")["choices"][0], "index": 1}]},
        {"choices": [{**llama("a")["choices"][0], "finish_reason": 3}]},
        {"choices": [{**completion("a")["choices"][0], "text": 3}]},
        {"usage": {"prompt_tokens": -1, "completion_tokens": 2}},
        {"usage": {"prompt_tokens": 1.5, "completion_tokens": 2}},
        {"usage": {"prompt_tokens": 1}},
        {"usage": None},
    ],
)
def test_what_is_not_usual_is_left_to_the_full_reading(changes: dict[str, Any]) -> None:
    """Several choices, another's answer, counts that are none."""
    assert skimmed(json.dumps(llama("a") | changes).encode()) is None


def test_thoughts_told_apart_are_left_to_the_full_reading() -> None:
    """They belong to the answer."""
    reply = llama("4")
    reply["choices"][0]["message"] = {"reasoning_content": "2+2", "content": "4"}
    assert skimmed(json.dumps(reply).encode()) is None


@pytest.mark.parametrize(
    "text", ["\\ud83d\\ude00", "\\ud800", "\\q", "\x01", "\\", "\\u00e9", "\\/\\b\\f\\r"]
)
def test_escapes_are_read_as_the_full_reading_does(text: str) -> None:
    """By pair, by letter, or not at all; a control character is no JSON."""
    body = json.dumps(llama("@")).replace("@", text).encode()
    found = skimmed(body)
    parsed = parse_foreign(body.decode())
    if found is not None:
        assert found.content == parsed["choices"][0]["message"]["content"]
    assert read_reply(200, canonical_body(200, body)) == read_reply(200, body)
