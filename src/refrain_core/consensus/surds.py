"""Exact numbers as answers write them: a fraction, times a square root, times a power of pi.

Plain integers throughout, since `fractions` and `decimal` cost a canister hundreds of millions of
instructions to import. Two numbers are equal exactly when their `Surd`s are.
"""

from typing import NamedTuple

MOST_DIGITS = 60
"""Longer integers are not reckoned with, so that no answer can make a vote dear."""

MOST_EXPONENT = 64

_MOST_ROOT = 100_000


class Unreckonable(Exception):  # noqa: N818 - a reason to stop reckoning, not an error
    """What stands there is no number that this module can hold."""


class Surd(NamedTuple):
    """num / den * sqrt(root) * pi**pi, in lowest terms, the root free of squares."""

    num: int
    den: int
    root: int
    pi: int


def surd(num: int, den: int = 1, root: int = 1, pi: int = 0) -> Surd:
    """Bring a number into its one normal form.

    Raises:
        Unreckonable: division by zero, a root of a negative number, or too many digits.
    """
    if den == 0 or not 0 <= root <= _MOST_ROOT:
        raise Unreckonable
    outside, root = _square_part(root)
    num *= outside
    if num == 0:
        return Surd(0, 1, 1, 0)
    if abs(num) >= 10**MOST_DIGITS or abs(den) >= 10**MOST_DIGITS:
        raise Unreckonable
    divisor = _common_divisor(abs(num), abs(den)) * (1 if den > 0 else -1)
    return Surd(num // divisor, den // divisor, root, pi)


def negated(value: Surd) -> Surd:
    """Return -value."""
    return value._replace(num=-value.num)


def added(left: Surd, right: Surd) -> Surd:
    """Return left + right.

    Raises:
        Unreckonable: they have different roots or powers of pi.
    """
    if left.num == 0 or right.num == 0:
        return right if left.num == 0 else left
    if left[2:] != right[2:]:
        raise Unreckonable
    num = left.num * right.den + right.num * left.den
    return surd(num, left.den * right.den, left.root, left.pi)


def multiplied(left: Surd, right: Surd) -> Surd:
    """Return left * right."""
    num, den = left.num * right.num, left.den * right.den
    return surd(num, den, left.root * right.root, left.pi + right.pi)


def divided(left: Surd, right: Surd) -> Surd:
    """Return left / right; 1 / sqrt(n) is written sqrt(n) / n.

    Raises:
        Unreckonable: right is zero.
    """
    num, den = left.num * right.den, left.den * right.num * right.root
    return surd(num, den, left.root * right.root, left.pi - right.pi)


def raised(value: Surd, exponent: Surd) -> Surd:
    """Return value ** exponent for whole exponents up to 64, and for one half.

    Raises:
        Unreckonable: any other exponent.
    """
    if exponent == Surd(1, 2, 1, 0):
        return rooted(value)
    if exponent.den != 1 or exponent.root != 1 or exponent.pi or abs(exponent.num) > MOST_EXPONENT:
        raise Unreckonable
    result = Surd(1, 1, 1, 0)
    for _ in range(abs(exponent.num)):
        result = multiplied(result, value)
    return result if exponent.num >= 0 else divided(Surd(1, 1, 1, 0), result)


def rooted(value: Surd) -> Surd:
    """Return the square root of a fraction.

    Raises:
        Unreckonable: of anything else, or of a negative one.
    """
    if value.root != 1 or value.pi or value.num < 0:
        raise Unreckonable
    return surd(1, value.den, value.num * value.den)


def surd_text(value: Surd) -> str:
    """Write a number so that equal ones have equal texts, and others others."""
    root = "" if value.root == 1 else f"*sqrt({value.root})"
    power = "" if value.pi == 0 else f"*pi^{value.pi}"
    return f"{value.num}/{value.den}{root}{power}"


def _square_part(root: int) -> tuple[int, int]:
    """Split sqrt(root) into a whole factor and the root of what has no square in it."""
    outside, factor = 1, 2
    while factor * factor <= root:
        while root % (factor * factor) == 0:
            root //= factor * factor
            outside *= factor
        factor += 1
    return (outside, root) if root else (0, 1)


def _common_divisor(left: int, right: int) -> int:
    while right:
        left, right = right, left % right
    return left
