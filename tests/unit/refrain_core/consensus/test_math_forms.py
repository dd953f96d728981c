r"""Equal answers have one form; held against `math-verify`, which decides by computer algebra."""

from __future__ import annotations

import random

import pytest
from math_verify import parse, verify

from refrain_core.consensus.math_forms import math_form

EQUAL = [
    ("1/2", "0.5"),
    (r"\frac12", ".50"),
    (r"\dfrac{3}{4}", "0.75"),
    ("1,234", "1234"),
    ("12,345.60", "12345.6"),
    ("$18", "18.0"),
    (r"\$18", "18"),
    ("-3", "−3"),  # noqa: RUF001 - a minus sign
    (r"2\sqrt{3}", r"\sqrt{12}"),
    (r"1\frac{1}{2}", "1.5"),
    ("x=5", "5"),
    (r"5\text{ cm}", "5"),
    (r"90^\circ", "90"),
    ("(1,2)", r"\left(1, 2\right)"),
    (r"\{1,2\}", r"\{2,1\}"),
    (r"\text{A}", "A"),
    ("(A)", "A"),
    (r"1.5\times 10^{3}", "1500"),
    ("007", "7"),
    ("yes", "Yes"),
]
UNEQUAL = [
    ("18", "81"),
    (r"50\%", "50"),
    (r"50\%", "0.5"),
    ("[1,2]", "(1,2)"),
    ("(1,2)", "(2,1)"),
    ("1,23", "123"),
    ("3.14", r"\pi"),
    ("A", "B"),
    ("0.333", "1/3"),
    ("1.8 billion", "1.8"),
    (r"\sqrt{2}", "2"),
]
OURS_ALONE = [("18.", "18"), ("1e3", "1000"), ("1 1/2", "1.5")]
"""What we take for equal, and math-verify does not: a closing point, a program's exponent (it reads
Euler's number), a mixed number in plain text."""


def same_by_algebra(left: str, right: str) -> bool:
    """What math-verify says of two boxed answers."""
    boxed = [parse(rf"\boxed{{{one}}}", parsing_timeout=None) for one in (left, right)]
    return bool(verify(*boxed, timeout_seconds=None))


@pytest.mark.parametrize(("left", "right"), EQUAL)
def test_ways_of_writing_one_answer_have_one_form(left: str, right: str) -> None:
    """Equal for us and for math-verify."""
    assert math_form(left) == math_form(right)
    assert same_by_algebra(left, right)


@pytest.mark.parametrize(("left", "right"), UNEQUAL)
def test_other_answers_have_other_forms(left: str, right: str) -> None:
    """Unequal for us and for math-verify."""
    assert math_form(left) != math_form(right)
    assert not same_by_algebra(left, right)


@pytest.mark.parametrize(("left", "right"), OURS_ALONE)
def test_the_exceptions_are_known(left: str, right: str) -> None:
    """Where we see more than math-verify does; the list shrinks with its versions."""
    assert math_form(left) == math_form(right)
    assert not same_by_algebra(left, right)


def written(value: int, den: int, chance: random.Random) -> str:
    """One of the ways to write value / den."""
    sign, size = ("-" if value < 0 else ""), abs(value)
    ways = [
        f"{value}/{den}",
        rf"{sign}\frac{{{size}}}{{{den}}}",
        rf"\dfrac{{{value}}}{{{den}}}",
        f"{value * 3}/{den * 3}",
    ]
    if den in (1, 2, 4, 5):
        ways += [f"{value / den:.2f}", f"${value / den:.2f}$"]
    if den == 1:
        ways += [f"{value:,}", rf"{value}\text{{ apples}}", f"x = {value}", rf"\${value}"]
    return chance.choice(ways)


def test_random_numbers_are_equal_as_algebra_has_it() -> None:
    """Six hundred pairs of written numbers, a third of them equal: no verdict differs."""
    chance = random.Random(7)  # noqa: S311 - a seed, so that every run asks the same
    equal = 0
    for _ in range(600):
        value, den = chance.randint(-40, 4_000), chance.choice([1, 1, 2, 4, 5, 3])
        other = value if chance.random() < 0.34 else value + chance.choice([1, -1, den])
        left, right = written(value, den, chance), written(other, den, chance)
        ours = math_form(left) == math_form(right)
        assert ours == same_by_algebra(left, right), (left, right)
        equal += ours
    assert equal > 150
