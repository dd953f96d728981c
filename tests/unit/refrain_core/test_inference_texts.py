"""Inferences, their results and puts as plain texts: whatever they say is read again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cache_core.answer_texts import read_record
from refrain_core.inference_texts import (
    inference_head,
    inference_of,
    inferred_text,
    read_inferred,
)
from refrain_core.kept_texts import keep_header, kept_key

ANY_TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=20)
NUMBERS = st.integers(0, 2**64 - 1)
WORDS = st.sampled_from(["p", "tiny@r1:Q4_K_M", "quorum 2/3", "stop"])
ANSWERS = st.fixed_dictionaries(
    {
        **dict.fromkeys(("finish", "model", "trust"), WORDS),
        "content": ANY_TEXT,
        **dict.fromkeys(("prompt_tokens", "completion_tokens"), NUMBERS),
        **dict.fromkeys(("dropped_messages", "dropped_characters", "created_at_ns"), NUMBERS),
    }
)
REQUESTS = st.fixed_dictionaries(
    {
        "model": WORDS,
        "messages": st.just([{"role": "user", "content": "a|b"}]),
        "stop": st.lists(ANY_TEXT, max_size=2),
        **dict.fromkeys(("response_format", "extra"), st.none() | ANY_TEXT),
        **dict.fromkeys(
            ("max_tokens", "temperature_micros", "top_p_micros", "seed"), st.none() | NUMBERS
        ),
        **dict.fromkeys(("namespace", "cache_control", "consensus"), st.none()),
    }
)
INFERENCES = st.fixed_dictionaries(
    {
        "digest": WORDS,
        "sample": NUMBERS,
        "request": REQUESTS,
        **dict.fromkeys(("provider", "transport"), st.none() | WORDS),
        "so_far": ANY_TEXT,
    }
)
COSTS = {"outcalls": NUMBERS, "charged_cycles": NUMBERS}
RESULTS = st.fixed_dictionaries(
    {
        "Inferred": st.fixed_dictionaries(
            {"answer": ANSWERS, "provider": WORDS, "continues": WORDS, **COSTS}
        )
    }
) | st.fixed_dictionaries(
    {
        "Failed": st.fixed_dictionaries(
            {"refusal": st.fixed_dictionaries({"Internal": ANY_TEXT}), **COSTS}
        )
    }
)


@given(inference=INFERENCES)
def test_what_is_asked_is_read_again(inference: dict[str, Any]) -> None:
    """But for what of a request concerns no model."""
    request = inference["request"]
    beside = [request[name] for name in ("messages", "stop", "response_format", "extra")]
    assert inference_of(inference_head(inference), *beside) == inference


@given(result=RESULTS)
def test_a_result_is_read_again(result: dict[str, Any]) -> None:
    """An answer, or a failure with what it cost."""
    assert read_inferred(inferred_text(result)) == result


@pytest.mark.parametrize(
    "head",
    ["", "d|0|m", "d||m|1|1|1|1|p|t|", "d|-1|m|||||||", "d|0|m|\u0663||||||", "d|0|m|1e3||||||"],
)
def test_what_is_no_head_is_none(head: str) -> None:
    """Too few fields, or what is no number where one stands."""
    assert inference_of(head, [], [], None, None) is None


@pytest.mark.parametrize("text", ["", "inferred", "inferred|1|2", "what|1|2|{}"])
def test_what_is_no_result_is_none(text: str) -> None:
    """It counts as a reject of the call."""
    assert read_inferred(text) is None


@given(answer=ANSWERS, parts=ANY_TEXT, ttl_s=st.none() | st.integers(1, 9), cost=NUMBERS)
def test_a_put_is_a_records_header(
    answer: dict[str, Any], parts: str, ttl_s: int | None, cost: int
) -> None:
    """The cache reads of it what stood in the put, and an empty time to live for its default."""
    put = {"digest": "d", "namespace": "public", "answer": answer, "ttl_s": ttl_s, "parts": parts}
    put |= {"voters": ["a", "b"], "cost_cycles": cost, "cost_ms": 7}
    header = keep_header(put)
    assert header.split("|")[5:7] == ["" if ttl_s is None else str(ttl_s)] * 2
    read = read_record(header.replace("|||", "|0|0|", 1) if ttl_s is None else header)
    assert read is not None
    entry = read.entry
    for name in set(answer) - {"content"}:
        assert getattr(entry, name) == answer[name]
    assert entry.answer_bytes == len(answer["content"].encode())
    assert (entry.digest, entry.base_digest, entry.parts) == ("d", "d", parts)
    assert (entry.voters, entry.cost_cycles, entry.cost_ms) == ("a b", cost, 7)
    assert entry.expires_at_ns == entry.keep_until_ns == (ttl_s or 0)


def test_the_key_of_what_was_kept_is_read() -> None:
    """A refusal has none."""
    assert kept_key("stored|00ff|2") == "00ff"
    assert kept_key("refused|BadRequest") is None
