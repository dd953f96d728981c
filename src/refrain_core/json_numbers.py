"""Numbers of JSON as text, exactly: no binary fraction in between, one spelling for each value."""

MOST_PLAIN_DIGITS = 21
"""A longer whole number is written with an exponent, and so is a fraction of more leading zeros."""

_MOST_ZEROS = 6


class JsonNumber(str):
    """A number's text, told apart from a text; `json_text` writes it without quotes."""

    __slots__ = ()


def canonical_number(text: str) -> JsonNumber:
    """Spell a JSON number in the one way of its value: 0, 0.0, -0.0 and 0e5 are all 0.

    What is no JSON number must have been refused before.
    """
    sign = "-" if text.startswith("-") else ""
    mantissa, _, power = text.removeprefix("-").replace("E", "e").partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    kept = digits.rstrip("0")
    if not kept:
        return JsonNumber("0")
    exponent = int(power or "0") - len(fraction) + len(digits) - len(kept)
    return JsonNumber(sign + _spelled(kept, exponent))


def _spelled(digits: str, exponent: int) -> str:
    point = len(digits) + exponent
    if exponent >= 0 and point <= MOST_PLAIN_DIGITS:
        return digits + "0" * exponent
    if exponent < 0 < point:
        return f"{digits[:point]}.{digits[point:]}"
    if -_MOST_ZEROS < point <= 0:
        return f"0.{'0' * -point}{digits}"
    return f"{digits}e{exponent}"
