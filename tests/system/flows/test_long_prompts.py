"""Prompts over 8,000 characters: cut for the model, whole in the key, and the reply says so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.statuses import HIT, MISS_STORED

if TYPE_CHECKING:
    from tests.system.network import Network

SOFT_LIMIT = 8_000
HARD_LIMIT = 64_000


def sent(shared: Network, number: int = -1) -> list[Any]:
    """Read the messages that an outcall sent, the last one's by default."""
    messages: list[Any] = json.loads(shared.mocks.requests[number].request.body or b"")["messages"]
    return messages


def message(content: str, role: str = "user") -> dict[str, str]:
    """Make a message."""
    return {"role": role, "content": content}


def test_prompt_at_the_limit_is_sent_whole(shared: Network) -> None:
    """8,000 characters are not cut, whatever they weigh in bytes."""
    shared.answer_model("ok")
    prompt = "é" * SOFT_LIMIT
    answer = shared.answered(prompt)["answer"]
    assert sent(shared) == [message(prompt)]
    assert (answer["dropped_messages"], answer["dropped_characters"]) == (0, 0)


@pytest.mark.parametrize("size", [SOFT_LIMIT + 1, HARD_LIMIT])
def test_longer_prompt_is_cut_and_the_reply_says_how_much(shared: Network, size: int) -> None:
    """Head and tail of a single long message are sent; what is missing is counted exactly."""
    shared.answer_model("ok")
    prompt = ("0123456789" * 6_400)[:size]
    answer = shared.answered(prompt)["answer"]
    [message] = sent(shared)
    head, tail = message["content"].split(" … ")
    assert len(message["content"]) == SOFT_LIMIT
    assert prompt.startswith(head)
    assert prompt.endswith(tail)
    assert answer["dropped_characters"] == size - len(head) - len(tail)


def test_hit_of_a_cut_prompt_says_so_too(shared: Network) -> None:
    """What was dropped is stored with the answer."""
    shared.answer_model("ok")
    first = shared.answered("x" * 9_000)
    second = shared.answered("x" * 9_000)
    assert second["cache_status"] == HIT
    assert second["answer"] == first["answer"]
    assert second["answer"]["dropped_characters"] > 1_000


def test_key_covers_what_was_cut(shared: Network) -> None:
    """Two prompts that differ only in the part left out are sent alike, yet are two entries."""
    shared.answer_model("ok", times=2)
    first = shared.answered("a" * 6_000 + "ONE" + "b" * 6_000)
    second = shared.answered("a" * 6_000 + "TWO" + "b" * 6_000)
    assert sent(shared, -2) == sent(shared, -1)
    assert first["digest"] != second["digest"]
    assert second["cache_status"] == MISS_STORED


def test_system_and_newest_messages_are_kept(shared: Network) -> None:
    """Of a long talk the system message and the newest turns go out, in their order."""
    talk = [message("be brief", "system")]
    for turn in range(10):
        talk += [message(f"question {turn} " + "q" * 990), message("a" * 1_000, "assistant")]
    talk.append(message("and now?"))
    shared.answer_model("ok")
    answer = shared.answered("", messages=talk)["answer"]
    kept = sent(shared)
    assert (kept[0], kept[-1]) == (talk[0], talk[-1])
    assert kept[1:] == talk[-len(kept) + 1 :]
    assert sum(len(each["content"]) for each in kept) <= SOFT_LIMIT
    assert answer["dropped_messages"] == len(talk) - len(kept)
    assert answer["dropped_characters"] == sum(
        len(each["content"]) for each in talk[1 : len(talk) - len(kept) + 1]
    )


def test_cut_never_splits_a_joined_emoji(shared: Network) -> None:
    """Where the middle is left out, no family is torn apart and no accent lost its letter."""
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    shared.answer_model("ok")
    shared.answered(family * 2_000)
    head, tail = sent(shared)[0]["content"].split(" … ")
    assert head == family * (len(head) // len(family))
    assert tail == family * (len(tail) // len(family))
