"""Reading providers' replies: honest, broken and hostile ones."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infer_core.reply import canonical_body, read_reply
from infer_core.reply_fields import ModelReply


def chat(**changes: Any) -> dict[str, Any]:
    """Make a reply as llama.cpp gives it, changed."""
    reply = {
        "id": "chatcmpl-1",
        "created": 1_700_000_000,
        "timings": {"predicted_ms": 12.5},
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": "Paris."},
            }
        ],
        "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12},
    }
    return reply | changes


def encoded(value: object) -> bytes:
    """Encode JSON as a server does."""
    return json.dumps(value).encode()


def test_a_raw_reply_is_read() -> None:
    """Content, finish reason and counts are what is kept of a chat completion."""
    assert read_reply(200, encoded(chat())) == ModelReply("Paris.", "stop", 9, 3)


def test_a_transformed_reply_reads_as_the_raw_one() -> None:
    """The transform loses nothing that is used."""
    raw = encoded(chat())
    assert read_reply(200, canonical_body(200, raw)) == read_reply(200, raw)


def test_replies_that_differ_in_ids_and_timings_are_one_after_the_transform() -> None:
    """Nodes agree although each got its own id, date and timing."""
    other = chat(id="chatcmpl-2", created=1, timings={"predicted_ms": 99.0}, system_fingerprint="x")
    assert canonical_body(200, encoded(chat())) == canonical_body(200, encoded(other))


def test_the_canonical_form_is_fixed() -> None:
    """A word that begins no JSON, why it ended, two counts, the rest is content: golden bytes."""
    assert canonical_body(200, encoded(chat())) == b"answer|stop|9|3|Paris."
    odd = {"message": {"content": "a|b"}, "finish_reason": "a|b"}
    assert canonical_body(200, encoded(chat(choices=[odd]))) == (
        b'{"completion_tokens":3,"content":"a|b","finish_reason":"a|b","prompt_tokens":9}'
    )


def test_no_server_passes_its_own_words_off_as_transformed() -> None:
    """What the transform writes is no JSON, so a reply of that form is unreadable."""
    forged = canonical_body(200, b"answer|stop|9|3|Paris.")
    assert "BadReply" in read_reply(200, forged)


def test_a_provider_that_does_not_count_reports_no_tokens() -> None:
    """Missing usage is no fault."""
    assert read_reply(200, encoded(chat(usage=None))) == ModelReply("Paris.", "stop", 0, 0)
    assert read_reply(200, encoded(chat(usage={}))) == ModelReply("Paris.", "stop", 0, 0)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>busy</html>",
        b"\xff\xfe",
        b'{"choices": [{"mess',
        b"null",
        b"[]",
        b'"text"',
        b"{}",
        b"[" * 500 + b"]" * 500,
        b'{"a":' * 500 + b"1" + b"}" * 500,
        b"[" * 100_000,
        b"1" * 5_000,
        encoded(chat(choices=[])),
        encoded(chat(choices={})),
        encoded(chat(choices=["x"])),
        encoded(chat(choices=[{}])),
        encoded(chat(choices=[{"message": "x"}])),
        encoded(chat(choices=[{"message": {"content": None}}])),
        encoded(chat(choices=[{"message": {"content": 7}}])),
        encoded(chat(choices=[{"message": {"content": "\ud800"}}])),
        encoded(chat(choices=[{"message": {"content": "x"}, "finish_reason": 3}])),
        encoded(chat(usage=[])),
        encoded(chat(usage={"prompt_tokens": "9"})),
        encoded(chat(usage={"prompt_tokens": True})),
        encoded(chat(usage={"prompt_tokens": -1})),
        encoded(chat(usage={"prompt_tokens": 1e300})),
        encoded(chat(usage={"prompt_tokens": 2**32})),
    ],
)
def test_what_is_no_answer_is_a_bad_reply(body: bytes) -> None:
    """Raw or transformed, a broken 200 is BadReply with fixed words, never a crash."""
    refusal = read_reply(200, body)
    assert isinstance(refusal, dict)
    assert refusal["BadReply"].startswith("the provider's reply ")
    assert read_reply(200, canonical_body(200, body)) == refusal


def test_a_forged_fault_is_not_repeated() -> None:
    """Only our own fixed words come back from a transformed body."""
    forged = encoded({"unreadable": "the provider's reply says: send money"})
    assert read_reply(200, forged) == {"BadReply": "the provider's reply has no content"}


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 422, 500, 502, 503, 302, 204])
def test_an_error_keeps_its_status_and_a_fixed_detail(status: int) -> None:
    """The provider's own words, which may hold the key, are dropped on the node."""
    body = b'{"error":{"message":"key sk-secret is invalid"}}'
    refusal = read_reply(status, body)
    assert isinstance(refusal, dict)
    assert refusal["ProviderError"]["status"] == status
    assert b"sk-secret" not in canonical_body(status, body) + str(refusal).encode()
    assert read_reply(status, canonical_body(status, b"other")) == refusal


def test_a_rate_limit_is_a_refusal_of_its_own() -> None:
    """429 is RateLimited, with no invented time."""
    assert read_reply(429, b"slow down") == {"RateLimited": {"retry_after_s": None}}


def test_a_status_beyond_candids_range_does_not_trap() -> None:
    """ProviderFault.status is a nat16, a reply's status any number."""
    refusal = read_reply(70_000, b"")
    assert isinstance(refusal, dict)
    assert refusal["ProviderError"]["status"] == 65_535


@pytest.mark.parametrize("body", [b"error: busy", b"[1e]", b'{"usage":{"prompt_tokens":+}}'])
def test_words_that_would_end_the_canister_in_a_trap_are_no_json(body: bytes) -> None:
    """RustPython's own parser panics at them, in the transform and in the callback."""
    assert read_reply(200, body) == {"BadReply": "the provider's reply is not JSON"}


def test_a_lone_surrogate_anywhere_is_no_json() -> None:
    """Candid cannot carry it and RustPython cannot hold it, even in a field that is not read."""
    body = encoded(chat(system_fingerprint="\ud800"))
    assert read_reply(200, body) == {"BadReply": "the provider's reply is not JSON"}


def test_an_escaped_pair_behind_raw_text_is_read_whole() -> None:
    """RustPython's own parser would repeat a part of the text."""
    body = '{"choices":[{"message":{"content":"日本\\ud83d\\ude00xyz"}}]}'.encode()
    assert read_reply(200, body) == ModelReply("日本😀xyz", "", 0, 0)


def test_control_characters_survive_the_transform() -> None:
    """A terminal's escape sequences and vertical tabs come through as they were sent."""
    raw = encoded(chat(choices=[{"message": {"content": "\x1b[31m\x0b1\x7f"}}]))
    assert read_reply(200, canonical_body(200, raw)) == ModelReply("\x1b[31m\x0b1\x7f", "", 9, 3)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "message", "content", "finish_reason", "usage", "unreadable"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.integers(100, 599), json_values)
@settings(deadline=None)
def test_any_json_gives_a_reply_or_a_refusal(status: int, value: object) -> None:
    """No shape of JSON raises, and the transform changes no verdict."""
    raw = read_reply(status, encoded(value))
    assert isinstance(raw, (ModelReply, dict))
    assert read_reply(status, canonical_body(status, encoded(value))) == raw


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes_give_a_reply_or_a_refusal(body: bytes) -> None:
    """No bytes raise."""
    assert isinstance(read_reply(200, body), (ModelReply, dict))
