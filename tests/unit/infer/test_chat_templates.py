"""Conversations as one text, family by family."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infer_core.chat_templates import (
    DEEPSEEK_R1,
    PLAIN,
    SMOLLM2,
    TEMPLATES,
    advised_sampling,
    end_marks,
    forced,
    prompt_text,
    without_end_mark,
)
from infer_core.token_estimates import estimated_tokens

USER = "<\uff5cUser\uff5c>"
ASSISTANT = "<\uff5cAssistant\uff5c>"
END = "<\uff5cend\u2581of\u2581sentence\uff5c>"


def said(*turns: str) -> list[dict[str, Any]]:
    """Make messages of turns such as "user:hello"."""
    return [dict(zip(("role", "content"), turn.split(":", 1), strict=True)) for turn in turns]


def test_chatml_marks_every_turn_and_opens_the_answer() -> None:
    """Each message stands between its marks; the assistant's turn is open."""
    assert prompt_text("chatml", said("system:Be brief.", "user:Hi", "assistant:Yo", "user:?")) == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
        "<|im_start|>assistant\nYo<|im_end|>\n<|im_start|>user\n?<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def test_smollm2_brings_its_own_system_message() -> None:
    """It is the model's template's, and gives way to the caller's."""
    plain = prompt_text(SMOLLM2, said("user:Hi"))
    assert plain.startswith("<|im_start|>system\nYou are a helpful AI assistant named SmolLM")
    given_one = said("system:Be brief.", "user:Hi")
    assert prompt_text(SMOLLM2, given_one) == prompt_text("chatml", given_one)


def test_deepseek_has_no_system_message_and_must_think() -> None:
    """The system's words go before the first question; old thoughts are left out."""
    told = said("system:Be brief.", "user:1+1?", "assistant:<think>easy</think>\n2", "user:2+2?")
    assert prompt_text(DEEPSEEK_R1, told) == (
        f"{USER}Be brief.\n\n1+1?{ASSISTANT}2{END}{USER}2+2?{ASSISTANT}<think>\n"
    )


def test_a_forced_beginning_is_forced_once() -> None:
    """An answer that is continued already begins with it."""
    opened = prompt_text(DEEPSEEK_R1, said("user:?"), "<think>\nLet me")
    assert opened == f"{USER}?{ASSISTANT}<think>\nLet me"
    assert forced(DEEPSEEK_R1, "") == "<think>\n"
    assert forced("chatml", "") == ""


def test_deepseeks_advice_is_for_its_family_alone() -> None:
    """Temperature 0.6 and top_p 0.95 where nothing is said."""
    assert advised_sampling(DEEPSEEK_R1) == (600_000, 950_000)
    assert advised_sampling("chatml") == (None, None)


def test_a_model_that_cannot_chat_gets_the_words_alone() -> None:
    """Few-shot prompts stay as they were written."""
    assert prompt_text(PLAIN, said("user:2+2=4\n3+3=")) == "2+2=4\n3+3="


@given(
    template=st.sampled_from(TEMPLATES),
    pieces=st.lists(st.text(max_size=8) | st.sampled_from(["<|im_end|>", END, USER]), max_size=6),
)
@settings(derandomize=True)
def test_nobody_ends_a_message_but_the_template(template: str, pieces: list[str]) -> None:
    """Whatever a prompt holds, it has as many marks as the template wrote for its length."""
    asked = prompt_text(template, said("user:" + "".join(pieces)))
    empty = prompt_text(template, said("user:x"))
    for mark in end_marks(template):
        assert asked.count(mark) == empty.count(mark)


def test_an_answer_ends_at_its_mark() -> None:
    """A server that shows special tokens shows the one that ended it."""
    assert without_end_mark("chatml", "Paris.<|im_end|>\n<|im_start|>user") == "Paris."
    assert without_end_mark(PLAIN, "a<|im_end|>b") == "a<|im_end|>b"


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("a", 1), ("x" * 8_000, 2_000), ("x" * 8_001, 2_001), ("日本語", 3), ("é as", 2)],
)
def test_tokens_are_estimated_by_characters(text: str, tokens: int) -> None:
    """Four of ASCII are one token, any other is one by itself."""
    assert estimated_tokens(text) == tokens
