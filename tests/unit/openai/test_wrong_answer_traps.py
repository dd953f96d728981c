"""Other people's traps for answer caches: what looks alike and must not share an answer."""

from __future__ import annotations

from typing import Any

from fow_cache.data import load_conversations, load_questions
from fow_cache.evaluate import evaluate

from refrain.client.openai_request import read_openai
from refrain.client.request_key import request_key


def key(asked: str | list[dict[str, Any]]) -> str:
    """Compute the key of a question, or of a conversation."""
    messages = [{"role": "user", "content": asked}] if isinstance(asked, str) else asked
    return request_key(read_openai({"model": "m@1:q4", "messages": messages}), "public").key


def share_a_key(cached: Any, asked: Any) -> bool:
    """Tell whether the second is served the answer of the first."""
    return key(cached) == key(asked)


def test_no_trap_gets_a_wrong_answer() -> None:
    """600 pairs of questions and 240 of conversations, ambiguous ones counted as traps."""
    assert (len(load_questions()), len(load_conversations())) == (600, 240)
    for dataset in ("questions", "conversations"):
        report = evaluate(share_a_key, dataset)
        assert report.wrong_rate == 0
        assert not any(one.served for one in report.results if not one.same_answer)


def test_only_equal_requests_are_served() -> None:
    """By design: nothing is guessed, so that 299 and 119 reworded requests are asked anew."""
    for dataset, should_hit in (("questions", 299), ("conversations", 119)):
        results = evaluate(share_a_key, dataset).results
        assert sum(one.same_answer for one in results) == should_hit
        assert not any(one.served for one in results)
    for one in load_questions():
        assert share_a_key(one["a"], one["a"])
