"""Truncation: what a long prompt keeps, in which order, and what it says was dropped."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infer_core.prompt import MARKER, cut_middle, fit_prompt

LIMIT = 400

contents = st.one_of(
    st.text(alphabet="ab \u0301\u200d👩é…", max_size=300),
    st.integers(0, 900).map(lambda size: "x" * size),
)
messages = st.builds(
    lambda role, content: {"role": role, "content": content},
    st.sampled_from(["system", "user", "assistant"]),
    contents,
)
prompts = st.lists(messages, min_size=1, max_size=12).filter(
    lambda prompt: any(message["role"] == "user" for message in prompt)
)


def characters(prompt: list[dict[str, Any]]) -> int:
    """Count the characters of all contents."""
    return sum(len(message["content"]) for message in prompt)


def say(role: str, content: str) -> dict[str, Any]:
    """Make one message."""
    return {"role": role, "content": content}


@given(prompts)
@settings(deadline=None)
def test_a_prompt_is_never_over_its_limit(prompt: list[dict[str, Any]]) -> None:
    """Whatever comes in, at most the limit's characters go out."""
    assert characters(fit_prompt(prompt, LIMIT).messages) <= LIMIT


@given(prompts)
@settings(deadline=None)
def test_a_prompt_that_fits_is_not_touched(prompt: list[dict[str, Any]]) -> None:
    """Truncation changes nothing below the limit."""
    limit = characters(prompt)
    assert fit_prompt(prompt, limit) == (prompt, 0, 0)


@given(prompts)
@settings(deadline=None)
def test_the_newest_question_is_always_there(prompt: list[dict[str, Any]]) -> None:
    """The last user message is kept whole, or by its head."""
    newest = [message for message in prompt if message["role"] == "user"][-1]["content"]
    kept = [m["content"] for m in fit_prompt(prompt, LIMIT).messages if m["role"] == "user"][-1]
    assert kept == newest or (kept and newest.startswith(kept.split(MARKER)[0]))


@given(prompts)
@settings(deadline=None)
def test_what_is_kept_stays_in_order(prompt: list[dict[str, Any]]) -> None:
    """The kept messages are a subsequence of the prompt's roles."""
    remaining = iter(message["role"] for message in prompt)
    assert all(message["role"] in remaining for message in fit_prompt(prompt, LIMIT).messages)


@given(st.lists(st.tuples(st.sampled_from(["system", "user", "assistant"]), st.integers(0, 900))))
@settings(deadline=None)
def test_the_counts_of_what_was_dropped_add_up(shape: list[tuple[str, int]]) -> None:
    """Messages in are messages kept and dropped; so are characters, but for the markers."""
    prompt = [say(role, "x" * size) for role, size in [*shape, ("user", 1)]]
    fitted = fit_prompt(prompt, LIMIT)
    markers = sum(message["content"].count(MARKER) for message in fitted.messages)
    kept = characters(fitted.messages) - markers * len(MARKER)
    assert len(prompt) == len(fitted.messages) + fitted.dropped_messages
    assert characters(prompt) == kept + fitted.dropped_characters


def test_system_messages_outlive_older_turns() -> None:
    """System messages are kept first, then the newest turns that fit; the rest is dropped."""
    prompt = [
        say("system", "rules"),
        say("user", "old" * 100),
        say("assistant", "older answer"),
        say("user", "question"),
    ]
    fitted = fit_prompt(prompt, 100)
    assert [message["content"] for message in fitted.messages] == [
        "rules",
        "older answer",
        "question",
    ]
    assert (fitted.dropped_messages, fitted.dropped_characters) == (1, 300)


def test_system_messages_over_the_limit_keep_their_head_and_tail() -> None:
    """A system message alone over the limit leaves a quarter to the question."""
    prompt = [say("system", "S" + "s" * 998 + "E"), say("user", "q" * 500)]
    system, user = fit_prompt(prompt, LIMIT).messages
    assert system["content"].startswith("Ss")
    assert system["content"].endswith("sE")
    assert MARKER in system["content"]
    assert len(user["content"]) == LIMIT // 4


def test_a_long_question_alone_keeps_its_head_and_tail() -> None:
    """The middle of the only message is what goes."""
    fitted = fit_prompt([say("user", "A" * 5_000 + "Z" * 5_000)])
    content = fitted.messages[0]["content"]
    assert len(content) == 8_000
    head, tail = content.split(MARKER)
    assert (set(head), set(tail)) == ({"A"}, {"Z"})
    assert fitted.dropped_characters == 10_000 - 8_000 + len(MARKER)


@pytest.mark.parametrize("cluster", ["e\u0301", "👩\u200d🚀", "o\u0308\u0323", "क\u093f"])
@pytest.mark.parametrize("room", [20, 21, 22, 23])
def test_a_cut_is_never_inside_a_character(cluster: str, room: int) -> None:
    """Neither side of the marker begins with a mark, or ends in a joiner, that it lost."""
    head, tail = cut_middle(cluster * 30, room).text.split(MARKER)
    assert not unicodedata.category(tail[0]).startswith("M")
    assert tail[0] != "\u200d"
    assert cluster * (len(head) // len(cluster)) == head
    assert cluster * (len(tail) // len(cluster)) == tail


def test_a_cut_needs_nothing_that_the_canisters_interpreter_lacks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """RustPython's unicodedata has categories, but no combining classes."""
    monkeypatch.delattr(unicodedata, "combining")
    assert cut_middle("o\u0308" * 30, 20).dropped > 0
