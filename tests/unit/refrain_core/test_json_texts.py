"""JSON as both interpreters must read and write it; the lenient one takes and breaks more."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refrain_core.json_texts import MAX_NESTING, json_text, parse_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read_again(value: object) -> None:
    """Whatever characters it holds, and by any other reader too."""
    assert parse_json(json_text(value)) == value
    assert json.loads(json_text(value)) == value


@given(VALUES, st.booleans())
def test_what_others_write_is_read(value: object, ascii_only: bool) -> None:  # noqa: FBT001
    """Escaped or raw, the astral characters too."""
    assert parse_json(json.dumps(value, ensure_ascii=ascii_only, indent=1)) == value


@given(st.text(alphabet='{}[]",:\\ud8c019-.eE+ \n\ttruéfalsn😀\x0b', max_size=20))
def test_nothing_is_read_that_json_does_not_read(text: str) -> None:
    """The checks only refuse; what they let pass has json's own meaning."""
    try:
        value = parse_json(text)
    except ValueError:
        return
    assert value == json.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        *("error: x", "e", "+", ".", "1e", "[1.e5]", '{"a":1e+}', "[1e\\\\5]", '[1e\\"5]'),
        *("01", "-01", "+1", ".5", "1.", "1_0", "\u0663", "NaN", "-Infinity", "1e999"),
    ],
)
def test_words_that_only_look_like_numbers_are_refused(text: str) -> None:
    """RustPython panics at the first ones and takes the others, or CPython does."""
    with pytest.raises(ValueError, match="a word that is no JSON value"):
        parse_json(text)


@pytest.mark.parametrize("number", ["0", "-0", "12", "-1.50", "1e5", "1E+5", "2e-7", "0.1e1"])
def test_numbers_are_read(number: str) -> None:
    """Every form that JSON knows."""
    assert parse_json(f"[{number}]") == [json.loads(number)]


@pytest.mark.parametrize(
    "text",
    ['"\\ud83d"', '"\\ude00"', '"\\ud83dx"', '"\\ud83d\\ud83d\\ude00"', '"\\ud83d\\\\ude00"'],
)
def test_a_lone_surrogate_is_refused(text: str) -> None:
    """No text can carry one on, wherever in the JSON it stands."""
    with pytest.raises(ValueError, match="a lone surrogate"):
        parse_json(f'{{"ignored":{text}}}')


def test_a_pair_behind_raw_characters_keeps_what_follows() -> None:
    """RustPython counts characters as bytes there, and repeats or cuts the text."""
    assert parse_json('"日本\\uD83D\\ude00xyz"') == "日本😀xyz"
    assert parse_json('"\\\\ud83d"') == "\\ud83d"


def test_depth_and_length_are_bounded_alike() -> None:
    """Long before one interpreter's stack ends, or the other's patience with digits."""
    deepest = "[" * MAX_NESTING + "]" * MAX_NESTING
    assert json.dumps(parse_json(deepest)) == deepest
    for text in (f"[{deepest}]", "[" * 100_000, '{"a":' * 101 + "1" + "}" * 101, "1" * 101):
        with pytest.raises(ValueError, match=r"nest too deeply|no JSON value"):
            parse_json(text)


def test_the_characters_that_one_interpreter_miswrites_are_escaped_whole() -> None:
    """U+000B and U+001B have four digits, and DEL is escaped."""
    assert json_text("\x0b1\x1b2\x7f3\x0b") == '"\\u000b1\\u001b2\\u007f3\\u000b"'


def test_the_form_is_compact_sorted_and_raw() -> None:
    """Golden text: equal values are equal bytes."""
    value: dict[str, Any] = {"b": [1, 0.5, None, True, False, ()], "a": 'é"\\\n', "A": {}}
    assert json_text(value) == '{"A":{},"a":"é\\"\\\\\\n","b":[1,0.5,null,true,false,[]]}'
