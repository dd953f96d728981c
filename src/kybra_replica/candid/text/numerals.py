"""Numbers as Candid writes them, of any length, in less than quadratic time where it matters."""

from __future__ import annotations

import math
import struct
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, localcontext
from functools import lru_cache

_SHORT_DIGITS = 4_000
_SHORT_BITS = 13_000
_FLOAT32_DIGITS = 10
_UNBOUNDED = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


def integer(literal: str) -> int:
    """Read `12_000` or `0x2f`; underscores are known to stand between digits."""
    digits = literal.replace("_", "")
    if digits.startswith("0x"):
        return int(digits, 16)
    return _from_digits(digits)


def _from_digits(digits: str) -> int:
    # By halves: Python's own way is quadratic, so it refuses over 4,300 digits.
    if len(digits) <= _SHORT_DIGITS:
        return int(digits)
    low = 1 << (len(digits) - 1).bit_length() - 1
    return _from_digits(digits[:-low]) * _power_of_ten(low) + _from_digits(digits[-low:])


@lru_cache(maxsize=64)
def _power_of_ten(exponent: int) -> int:
    return int(5**exponent) << exponent


def floating(literal: str) -> float:
    """Read `1.5`, `1e3` or `0x1.8p3`; an infinity where no float is as large."""
    digits = literal.replace("_", "")
    if not digits.startswith("0x"):
        return float(digits)
    try:
        return float.fromhex(digits)
    except OverflowError:
        return math.inf


def float32(value: float) -> float:
    """Round to the nearest 32-bit float; an infinity where none is as large."""
    try:
        (rounded,) = struct.unpack("<f", struct.pack("<f", value))
    except OverflowError:
        return math.copysign(math.inf, value)
    return float(rounded)


def integer_text(value: int) -> str:
    """Write an integer as 12_000."""
    if value.bit_length() <= _SHORT_BITS:
        return f"{value:_}"
    sign = "-" if value < 0 else ""
    with localcontext(_UNBOUNDED):
        return sign + f"{_to_decimal(abs(value)):,}".replace(",", "_")


def _to_decimal(value: int) -> Decimal:
    # Likewise by halves; decimals of this size multiply faster than integers do.
    if value.bit_length() <= _SHORT_BITS:
        return Decimal(value)
    low = 1 << (value.bit_length() - 1).bit_length() - 1
    return _to_decimal(value >> low) * Decimal(2) ** low + _to_decimal(value & (1 << low) - 1)


def float64_text(value: float) -> str:
    """Write a float without an exponent, as Rust does: 1.0, 0.0000001, inf, NaN."""
    return _positional(value, repr(value))


def float32_text(value: float) -> str:
    """Write a 32-bit float in as few digits as tell it from its neighbours."""
    candidates = (f"{value:.{digits}g}" for digits in range(1, _FLOAT32_DIGITS))
    return _positional(value, next((c for c in candidates if float32(float(c)) == value), "nan"))


def _positional(value: float, digits: str) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{value}"
    text = f"{Decimal(digits):f}"
    return text if "." in text else f"{text}.0"
