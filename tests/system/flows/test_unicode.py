"""Text of all kinds on its way from the asker to the model and back, and into the key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from kybra_replica.kernel import typed_calls
from kybra_replica.kernel.rejects import Rejected
from tests.statuses import HIT
from tests.system.network import OPERATOR, request

if TYPE_CHECKING:
    from tests.system.network import Network

TEXTS = {
    "astral": "\U0001f40d \U0001d54f \U0010fffd",
    "joined emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1eb\U0001f1f7 \u2764\ufe0f",
    "bars and breaks": "a|b||c\n\r\n\t%7C%25|",
    "controls": "\x00\x01\x1f\x7f\x85\u2028\u2029\ufeff",
    "right to left": "\u202e\u05e9\u05dc\u05d5\u05dd\u202c \u0645\u0631\u062d\u0628\u0627",
    "quotes": '"\\" \\u0041 {"a": [1]} </think>',
    "line ends": "\n\n",
    "noncharacters": "\ufffe\uffff",
}


def sent(shared: Network) -> Any:
    """Read the body of the last outcall."""
    return json.loads(shared.mocks.requests[-1].request.body or b"")


@pytest.mark.parametrize("kind", TEXTS)
def test_any_text_goes_and_comes_unchanged(shared: Network, kind: str) -> None:
    """What was asked is what the model reads; what it says is what is stored and read back."""
    text = TEXTS[kind]
    shared.answer_model(text)
    first = shared.answered(f"say {text}", stop=[text[:3]])
    second = shared.answered(f"say {text}", stop=[text[:3]])
    assert sent(shared)["messages"][0]["content"] == f"say {text}"
    assert sent(shared)["stop"] == [text[:3]]
    assert first["answer"]["content"] == text
    assert (second["cache_status"], second["answer"]) == (HIT, first["answer"])


@pytest.mark.parametrize(
    ("composed", "decomposed"),
    [("caf\u00e9", "cafe\u0301"), ("\u212b", "A\u030a"), ("\uac00", "\u1100\u1161")],
)
def test_canonically_equal_prompts_are_one_entry(
    shared: Network, composed: str, decomposed: str
) -> None:
    """The key is made of NFC, so an accent typed another way is still a hit."""
    shared.answer_model("ok")
    first = shared.answered(composed)
    second = shared.answered(decomposed)
    assert second["digest"] == first["digest"]
    assert second["cache_status"] == HIT


@pytest.mark.parametrize(
    ("one", "other"),
    [("\ufb01", "fi"), ("\uff21", "A"), ("\u0131", "i"), ("ß", "ss"), ("a\u00a0b", "a b")],
)
def test_merely_similar_prompts_are_two_entries(shared: Network, one: str, other: str) -> None:
    """Compatibility forms mean something else to a model: they are not folded."""
    shared.answer_model("ok", times=2)
    assert shared.answered(one)["digest"] != shared.answered(other)["digest"]


def test_stop_lists_are_ordered_and_exact(shared: Network) -> None:
    """Other stops, or the same in another order, are another request."""
    shared.answer_model("ok", times=4)
    stops: list[list[str]] = [["a", "b"], ["b", "a"], ["ab"], []]
    digests = {shared.answered("stops", stop=stop)["digest"] for stop in stops}
    assert len(digests) == 4
    assert "stop" not in sent(shared)


def test_json_object_is_asked_for_in_the_providers_form(shared: Network) -> None:
    """The response format "json_object" is sent as OpenAI writes it."""
    shared.answer_model("{}")
    shared.answered("hello", response_format="json_object")
    assert sent(shared)["response_format"] == {"type": "json_object"}


def test_schema_is_sent_as_json_and_keyed_by_its_text(shared: Network) -> None:
    """A JSON schema reaches the provider parsed; a schema of other words is another request."""
    schema = {"type": "object", "properties": {"größe": {"type": "number"}}}
    shared.answer_model("{}", times=2)
    first = shared.answered("hello", response_format=json.dumps(schema))
    assert sent(shared)["response_format"]["json_schema"]["schema"] == schema
    schema["type"] = "array"
    second = shared.answered("hello", response_format=json.dumps(schema))
    assert first["digest"] != second["digest"]


@pytest.mark.parametrize("surrogate", ["\ud800", "ok\udfff", "\ude00\ud83d"])
def test_lone_surrogate_of_a_client_never_leaves_it(shared: Network, surrogate: str) -> None:
    """Text that no UTF-8 can carry is refused where it is encoded, and nothing is queued."""
    asks = shared.counters("batcher")["asks"]
    with pytest.raises(TypeError, match="Could not convert value to Vec"):
        shared.ask(surrogate)
    assert shared.counters("batcher")["asks"] == asks


def test_invalid_utf8_on_the_wire_is_rejected(shared: Network) -> None:
    """Bytes that claim to be text and are none end in a reject; the next ask works."""
    batcher = shared.replica.canister(shared.ids["batcher"])
    good = typed_calls.encoded(batcher, "ask", (request("marked"),))
    for bad in (b"\xed\xa0\x80abc", b"\xff\xfe\xfd\xfc\xfb\xfa", b"\xc0\xafabcd"):
        arg = good.replace(b"marked", bad)
        number = shared.replica.submit_raw(batcher, "ask", arg, OPERATOR)
        shared.replica.run()
        with pytest.raises(Rejected, match="reject code 5"):
            shared.replica.reply(number)
    shared.answer_model("ok")
    assert "Answered" in shared.ask("after the wrong bytes")


def test_lone_surrogate_of_a_model_is_a_bad_reply(shared: Network) -> None:
    """A model's escaped half of a pair cannot be stored or delivered: a typed failure."""
    body = '{"choices": [{"message": {"content": "\\ud83d"}, "finish_reason": "stop"}]}'
    shared.mocks.expect().respond(200, body)
    assert set(shared.ask("half a pair")["Refused"]) == {"BadReply"}


def test_escaped_pair_of_a_model_is_one_character(shared: Network) -> None:
    """The same emoji escaped as two halves is read as one character."""
    body = '{"choices": [{"message": {"content": "\\ud83d\\ude00"}, "finish_reason": "stop"}]}'
    shared.mocks.expect().respond(200, body)
    assert shared.answered("a whole pair")["answer"]["content"] == "\U0001f600"
