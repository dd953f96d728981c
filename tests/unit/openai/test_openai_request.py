"""OpenAI's form becomes an AskRequest whole, or is refused in words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refrain.client.openai_request import ModelDefaults, read_openai
from refrain.client.request_key import request_key
from refrain.failures import Refused
from refrain_core.fingerprint import short_key

STEADY = settings(deadline=None, derandomize=True, max_examples=300)
MODEL = "m@1:q4"
FIELDS: dict[str, Any] = {
    "temperature": 0.7,
    "top_p": 0.95,
    "max_tokens": 64,
    "seed": 7,
    "stop": ["END"],
    "response_format": {"type": "json_object"},
    "top_k": 40,
    "logit_bias": {"50256": -100},
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {"b": 1, "a": 2}}}],
    "reasoning_effort": "low",
}


def chat(**fields: Any) -> dict[str, Any]:
    """Make a request of one user message."""
    return {"model": MODEL, "messages": [{"role": "user", "content": "hello"}], **fields}


def digest(body: dict[str, Any] | str) -> str:
    """Compute the digest of a request in the public namespace."""
    return request_key(read_openai(body), "public").digest


def refusal(body: dict[str, Any] | str) -> str:
    """Read a request that is refused, and return the text."""
    with pytest.raises(Refused) as caught:
        read_openai(body)
    return str(caught.value)


def test_every_field_has_its_place() -> None:
    """Own fields by name, in millionths; all others in `extra`; labels nowhere."""
    assert read_openai(chat(**FIELDS, user="bob", stream=True, n=1, logprobs=False)) == {
        "namespace": None,
        "model": MODEL,
        "messages": [{"role": "user", "content": "hello"}],
        "max_tokens": 64,
        "temperature_micros": 700_000,
        "top_p_micros": 950_000,
        "seed": 7,
        "stop": ["END"],
        "response_format": "json_object",
        "extra": '{"logit_bias":{"50256":-100},"reasoning_effort":"low",'
        '"tools":[{"function":{"name":"f","parameters":{"a":2,"b":1}},"type":"function"}],'
        '"top_k":40}',
        "cache_control": None,
        "consensus": None,
    }


@STEADY
@given(st.sets(st.sampled_from(sorted(FIELDS))), st.sets(st.sampled_from(sorted(FIELDS))))
def test_a_field_more_or_less_is_another_key(one: set[str], other: set[str]) -> None:
    """Over every choice of fields, and whatever the order in which they stand."""
    left = chat(**{name: FIELDS[name] for name in sorted(one)})
    right = {name: FIELDS[name] for name in sorted(other, reverse=True)} | chat()
    assert (digest(left) == digest(json.dumps(right))) == (one == other)


@STEADY
@given(st.text(max_size=40), st.integers(0, 2**64 - 1))
def test_the_key_is_that_of_the_canisters(content: str, seed: int) -> None:
    """The package's XXH64 off chain, a few lines of Python on chain."""
    message = [{"role": "user", "content": content + "x"}]
    found = request_key(read_openai(chat(messages=message, seed=seed)), "public")
    assert found.key == short_key(found.digest)
    assert f"i{seed};" in found.canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"stop": "END"}, {"stop": ["END"]}),
        ({"stop": None, "seed": None}, {}),
        ({"max_tokens": 9}, {"max_completion_tokens": 9}),
        ({"response_format": {"type": "text"}}, {}),
        ({"messages": [{"content": [{"type": "text", "text": "a"}], "role": "user"}]}, {"p": "a"}),
        ({"messages": [{"role": "user", "content": "a", "name": None}]}, {"p": "a"}),
        ({"temperature": 1}, {"temperature": 1.0}),
    ],
)
def test_two_spellings_of_one_request_are_one(one: dict[str, Any], other: dict[str, Any]) -> None:
    """What OpenAI's form lets one say twice."""
    prompt = other.pop("p", None)
    second = {"model": MODEL, "prompt": prompt} if prompt else chat(**other)
    assert digest(chat(**one)) == digest(second)


def test_decimals_are_read_by_their_digits() -> None:
    """No binary fraction in between, and a seed of 64 bits is whole."""
    body = json.dumps(chat())[:-1] + ',"temperature":1e-1,"seed":18446744073709551615}'
    request = read_openai(body)
    assert (request["temperature_micros"], request["seed"]) == (100_000, 2**64 - 1)


def test_a_schema_keeps_what_stands_beside_it() -> None:
    """A schema's name and strictness reach the model; the default strictness is OpenAI's."""

    def asked(**options: Any) -> dict[str, Any]:
        schema = {"schema": {"type": "object", "a": 1}, **options}
        return chat(response_format={"type": "json_schema", "json_schema": schema})

    request = read_openai(asked(name="city"))
    assert request["response_format"] == '{"a":1,"type":"object"}'
    assert request["extra"] == '{"json_schema":{"name":"city","strict":false}}'
    assert read_openai(asked(name="answer", strict=True))["extra"] is None
    assert digest(asked(name="a")) != digest(asked(name="b"))


def test_a_model_named_without_a_version_gets_the_default_one() -> None:
    """`unpinned:unknown`, unless the defaults say more."""
    body = chat(model="org/m")
    assert read_openai(body)["model"] == "org/m@unpinned:unknown"
    assert read_openai(body, ModelDefaults(None, "r1", "q8"))["model"] == "org/m@r1:q8"
    del body["model"]
    assert read_openai(body, ModelDefaults("m@2:q"))["model"] == "m@2:q"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"messages": None}, "give messages, or a prompt"),
        ({"prompt": "x"}, "not both"),
        ({"messages": [{"role": "user", "content": "x", "tool_calls": []}]}, "field tool_calls"),
        ({"messages": [{"role": "user", "content": "x", "name": "bob"}]}, "field name"),
        ({"messages": [{"role": "user", "content": None}]}, "content is a text"),
        ({"messages": [{"role": "user", "content": 5}]}, "content is a text"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]},
            "type image_url is not supported",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "x", "y": 1}]}]},
            "no more",
        ),
        ({"messages": [{"role": "tool", "content": "x"}]}, "unknown role"),
        ({"messages": ["x"]}, "object of role"),
        ({"messages": {}}, "not a list"),
        ({"model": 5}, "no model named"),
        ({"model": "a b"}, "NAME@REVISION"),
        ({"temperature": "1"}, "not a number"),
        ({"temperature": 0.1234567}, "six places"),
        ({"temperature": True}, "not a number"),
        ({"seed": -1}, "whole number"),
        ({"seed": 2**64}, "whole number"),
        ({"max_tokens": 1.5}, "whole number"),
        ({"max_tokens": 1, "max_completion_tokens": 2}, "differ"),
        ({"stop": [1]}, "list of texts"),
        ({"response_format": {"type": "xml"}}, "json_object or json_schema"),
        ({"response_format": {"type": "json_schema", "json_schema": {}}}, "no schema"),
        ({"n": 2}, "one text"),
        ({"n": "1"}, "one text"),
        ({"logprobs": True}, "one text"),
        ({"Temperature": 1}, "own"),
        ({"top_k": float("nan")}, "not one JSON object"),
        ({"top_k": object()}, "not one JSON object"),
        ({"top_k": "\ud800"}, "surrogate"),
    ],
)
def test_what_would_be_lost_is_refused(fields: dict[str, Any], words: str) -> None:
    """Never two different requests under one key, never a field dropped in silence."""
    assert words in refusal(chat(**fields))


@pytest.mark.parametrize(
    "body",
    [
        *("", "{", "nul", "[]", '"x"', '{"a":1,"a":1}', '{"a":{"b":1,"b":2}}', '{"a":Infinity}'),
        *('{"a":"\\ud800"}', '{"a":01}', "[" * 500 + "]" * 500, '{"a":1e999}'),
    ],
)
def test_what_is_no_object_of_json_is_refused(body: str) -> None:
    """With a typed refusal, not with a parser's exception."""
    assert "JSON" in refusal(body)
