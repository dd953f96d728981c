"""Numbers, strings, comments: the smallest pieces of Candid's text."""

from __future__ import annotations

import math
from typing import Any

import pytest

from kybra_replica.candid.errors import CandidTextError
from kybra_replica.candid.text.escapes import escaped, escaped_bytes
from kybra_replica.candid.text.lexer import tokens_of
from kybra_replica.candid.text.numerals import (
    float32,
    float32_text,
    float64_text,
    integer,
    integer_text,
)


@pytest.mark.parametrize(
    ("source", "kind", "value"),
    [
        ("0", "integer", 0),
        ("1_234_567", "integer", 1_234_567),
        ("0xdead_BEEF", "integer", 0xDEADBEEF),
        ("1.", "float", 1.0),
        ("1.5e-3", "float", 0.0015),
        ("1E2", "float", 100.0),
        ("1_0.2_5", "float", 10.25),
        ("0x1.8p1", "float", 3.0),
        ("0xAp+0", "float", 10.0),
        ("1e999", "float", math.inf),
        ("0x1p99999", "float", math.inf),
        ('""', "text", b""),
        (r'"\n\r\t\\\"\'"', "text", b"\n\r\t\\\"'"),
        (r'"\00\fF\61"', "text", b"\x00\xffa"),
        (r'"\u{1_F600}"', "text", "\U0001f600".encode()),
        ('"☃\n"', "text", "☃\n".encode()),
        ("_a1", "name", "_a1"),
        ("nat", "name", "nat"),
        ("query", "query", "query"),
        ("->", "->", "->"),
    ],
)
def test_a_token_has_its_kind_and_value(source: str, kind: str, value: Any) -> None:
    """One token and the end."""
    token, end = tokens_of(source)
    assert (token.kind, token.value) == (kind, value)
    assert end.kind == "end of text"


def test_blanks_and_comments_are_passed_over() -> None:
    """Line comments end with their line, block comments nest."""
    source = "a // b\n/* c /* d */ e **/ f /*//*/ */ */ g"
    assert [token.value for token in tokens_of(source)] == ["a", "f", "g", None]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("\n  $", "unexpected '$' at line 2, column 3"),
        ("é", "unexpected 'é' at line 1, column 1"),
        ("1_", "malformed number '1_' at line 1, column 1"),
        ("1__0", "malformed number '1_' at line 1, column 1"),
        ("0x", "malformed number '0x' at line 1, column 1"),
        ("12ab", "malformed number '12a' at line 1, column 1"),
        ('x "abc', "string without an end at line 1, column 3"),
        (r'"a\x"', "unknown escape at line 1, column 3"),
        (r'"\u{}"', "unknown escape at line 1, column 2"),
        (r'"\u{26"', "unknown escape at line 1, column 2"),
        (r'"\u{dfff}"', r"\u{dfff} is no Unicode scalar value at line 1, column 2"),
        (r'"\u{110000}"', r"\u{110000} is no Unicode scalar value at line 1, column 2"),
        ("a /* /* */", "comment without an end at line 1, column 3"),
        ("a\n\udc80", "not a Unicode scalar value at line 2, column 1"),
    ],
)
def test_what_is_no_token_is_refused_with_its_place(source: str, problem: str) -> None:
    """Line and column count from 1."""
    with pytest.raises(CandidTextError) as caught:
        tokens_of(source)
    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('it\'s "so"\\', r"it\'s \"so\"\\"),
        ("a\tb\nc\rd", r"a\tb\nc\rd"),
        ("\0\x7f\u200b", r"\u{0}\u{7f}\u{200b}"),
        ("é☃\U0001f600", "é☃\U0001f600"),
        ("\u0301a\u0301", "\\u{301}a\u0301"),
        ("", ""),
    ],
)
def test_texts_are_escaped_as_rust_does(text: str, expected: str) -> None:
    """What cannot be seen, and a combining mark with nothing before it."""
    assert escaped(text) == expected


def test_blobs_are_readable_or_all_hexadecimal() -> None:
    """One byte that is no ASCII text turns all of it."""
    assert escaped_bytes(b'it\'s "A"\n') == r"it\27s \22A\22\0a"
    assert escaped_bytes(b"A\x00\xff") == r"\41\00\ff"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1.0"), (-0.0, "-0.0"), (0.1, "0.1"), (1e-7, "0.0000001"),
        (1e21, "1" + "0" * 21 + ".0"),
        (math.inf, "inf"), (-math.inf, "-inf"), (math.nan, "NaN"), (123456.789, "123456.789"),
    ],
)  # fmt: skip
def test_floats_have_no_exponent(value: float, text: str) -> None:
    """As Rust displays them."""
    assert float64_text(value) == text


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        ("0.1", "0.1"), ("16777216", "16777216.0"), ("1e-45", "0." + "0" * 44 + "1"),
        ("3.4028235e38", "34028235" + "0" * 31 + ".0"), ("nan", "NaN"), ("-inf", "-inf"),
    ],
)  # fmt: skip
def test_32_bit_floats_have_the_digits_that_they_need(literal: str, text: str) -> None:
    """Not those of the nearest 64-bit float."""
    assert float32_text(float32(float(literal))) == text


def test_huge_integers_take_little_time() -> None:
    """Two hundred thousand digits, which Python itself refuses to convert."""
    digits = "1234567890" * 20_000
    assert integer_text(integer(digits)).replace("_", "") == digits
    assert integer_text(-integer(digits)).startswith("-12_345_678_901")
