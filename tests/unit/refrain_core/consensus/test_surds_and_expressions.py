r"""Exact numbers: against Python's fractions, and against the ways in which they are written."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refrain_core.consensus.math_expressions import MOST_CHARACTERS, reckoned
from refrain_core.consensus.surds import (
    Surd,
    Unreckonable,
    added,
    divided,
    multiplied,
    negated,
    raised,
    rooted,
    surd,
    surd_text,
)

fractions = st.fractions(min_value=-10_000, max_value=10_000, max_denominator=500)


def plain(value: Fraction) -> Surd:
    """A fraction as a surd."""
    return surd(value.numerator, value.denominator)


@given(fractions, fractions)
def test_arithmetic_is_that_of_fractions(left: Fraction, right: Fraction) -> None:
    """Sum, product, quotient and negation agree with the standard library's."""
    one, other = plain(left), plain(right)
    assert added(one, other) == plain(left + right)
    assert multiplied(one, other) == plain(left * right)
    assert negated(one) == plain(-left)
    if right:
        assert divided(one, other) == plain(left / right)


@given(fractions, st.integers(-4, 4))
def test_powers_are_those_of_fractions(base: Fraction, exponent: int) -> None:
    """A whole power agrees with the standard library's."""
    if base or exponent >= 0:
        assert raised(plain(base), surd(exponent)) == plain(base**exponent)


@given(st.fractions(min_value=0, max_value=5, max_denominator=6))
def test_a_root_times_itself_is_what_it_is_the_root_of(value: Fraction) -> None:
    """Roots are exact, and squares come out of them whole."""
    root = rooted(plain(value))
    assert multiplied(root, root) == plain(value)
    assert rooted(plain(value * value)) == plain(value)
    assert raised(plain(value), surd(1, 2)) == root


@given(fractions, fractions)
def test_texts_are_equal_exactly_where_numbers_are(left: Fraction, right: Fraction) -> None:
    """The text of a number tells it from every other."""
    assert (surd_text(plain(left)) == surd_text(plain(right))) == (left == right)


@pytest.mark.parametrize(
    "reckon",
    [
        lambda: surd(1, 0),
        lambda: surd(1, 1, -2),
        lambda: surd(10**60),
        lambda: rooted(surd(-1)),
        lambda: rooted(surd(1, 1, 2)),
        lambda: divided(surd(1), surd(0)),
        lambda: added(surd(1), surd(1, 1, 2)),
        lambda: raised(surd(2), surd(65)),
        lambda: raised(surd(2), surd(1, 3)),
    ],
)
def test_what_cannot_be_held_is_not_reckoned(reckon: object) -> None:
    """Division by zero, roots of what is negative, unlike sums, too many digits."""
    with pytest.raises(Unreckonable):
        reckon()  # type: ignore[operator]


@given(fractions)
def test_each_way_to_write_a_fraction_is_read(value: Fraction) -> None:
    """Plain, as LaTeX writes it, and in brackets."""
    num, den = value.numerator, value.denominator
    for text in (
        f"{num}/{den}",
        rf"\frac{{{num}}}{{{den}}}",
        f"({num})/({den})",
        rf"{num}\div{den}",
        f"+{num}/{den}" if num >= 0 else f"--{num}/{den}",
    ):
        assert reckoned(text) == plain(value), text


@given(st.integers(0, 10**12), st.integers(0, 10**6))
def test_decimals_and_thousands_commas_are_read(whole: int, millionths: int) -> None:
    """A decimal is the fraction that it writes."""
    value = Fraction(whole) + Fraction(millionths, 1_000_000)
    assert reckoned(f"{whole:,}.{millionths:06d}") == plain(value) or millionths == 10**6
    assert reckoned(f"{whole:,}") == plain(Fraction(whole))
    assert reckoned(f"{whole}e3") == plain(Fraction(whole * 1_000))


@pytest.mark.parametrize(
    ("text", "num", "den", "root", "pi"),
    [
        (r"1\frac{1}{2}", 3, 2, 1, 0),
        (r"-1\frac{1}{2}", -3, 2, 1, 0),
        (r"\frac12", 1, 2, 1, 0),
        (r"2\sqrt{3}", 2, 1, 3, 0),
        (r"\sqrt{12}", 2, 1, 3, 0),
        ("√12", 2, 1, 3, 0),
        (r"\frac{1}{\sqrt{2}}", 1, 2, 2, 0),
        (r"\frac{3\pi}{4}", 3, 4, 1, 1),
        ("2π", 2, 1, 1, 1),
        ("-2^2", -4, 1, 1, 0),
        ("(-1)^3", -1, 1, 1, 0),
        ("2^{-3}", 1, 8, 1, 0),
        (r"1.5\times10^{3}", 1500, 1, 1, 0),
        ("16-3-4", 9, 1, 1, 0),
        ("2(3+4)", 14, 1, 1, 0),
        (".5", 1, 2, 1, 0),
    ],
)
def test_arithmetic_is_read_as_it_is_meant(
    text: str, num: int, den: int, root: int, pi: int
) -> None:
    """Mixed numbers, roots, powers, pi and signs."""
    assert reckoned(text) == Surd(num, den, root, pi)


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "x", "1,23", "1,2345", "1234,567", "1..2", "1/0", "2^", "(1", "1)", "{}", "."),
        *("1e", "1e999", "\\frac{1}", "\\sqrt", "\\foo", "1" * 61, "(" * 50 + "1" + ")" * 50),
        *("1+" * MOST_CHARACTERS + "1", "\u0661", "√√√" * 20 + "2"),
    ],
)
def test_what_is_no_number_is_not_read(text: str) -> None:
    """Unfinished, misplaced commas, too deep, too long, or not ASCII digits."""
    assert reckoned(text) is None


@given(st.text(alphabet=r"0123456789+-*/^(){}.,e\fracsqtpi√π ", max_size=40))
def test_nothing_that_is_written_can_fail_otherwise(text: str) -> None:
    """Any text is a number or none; a number's text can be read again."""
    value = reckoned(text)
    if value is not None and value.root == 1 and value.pi == 0:
        assert reckoned(surd_text(value)) == value
