r"""One text for all common ways to write the same mathematical answer.

    number      1,234  1234.0  $1{,}234$  -> equal by value, exactly; 0.5, 1/2, \frac12, 50/100 too
    percentage  50\% -> a kind of its own: 50\% is neither 50 nor 0.5
    sequence    (1, 2)  \left(1,2\right); [1, 2] is another; {2, 1} and {1, 2} are one set
    choice      (A)  A.  \text{A} -> the letter
    equation    x = 5 -> its right side
    else        the text, lower case, blanks folded, the closing point dropped

It never makes two different values equal; it may keep equal ones apart where they are written in
ways that it does not know.
"""

from refrain_core.blanks import folded, with_plain_blanks
from refrain_core.consensus.math_expressions import reckoned
from refrain_core.consensus.surds import surd_text

_IGNORED = ("\\left", "\\right", "\\displaystyle", "\\!", "\\,", "\\;", "\\ ", "\\$", "$", "{,}")
_LIKE_FRACTIONS = ("\\dfrac", "\\tfrac", "\\cfrac")
_TEXT_COMMANDS = ("\\text{", "\\mathrm{", "\\textbf{", "\\mathbf{", "\\mbox{")
_DEGREES = ("^\\circ", "^{\\circ}", "°")
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def math_form(answer: str) -> str:
    """Return the form that all ways of writing `answer` share."""
    text = _plain(answer)
    value = _number_form(text) or _mixed_form(text)
    if value is not None:
        return value
    sequence = _sequence_form(text)
    return sequence or _text_form(text)


def _plain(answer: str) -> str:
    text = with_plain_blanks(answer).strip().replace("−", "-").replace("\\%", "%")  # noqa: RUF001 - a minus sign
    text = text.replace("{,}", ",")
    for command in _IGNORED:
        text = text.replace(command, "")
    for command in _LIKE_FRACTIONS:
        text = text.replace(command, "\\frac")
    text = _right_side(_without_unit(text))
    return text.removesuffix(".").strip()


def _without_unit(text: str) -> str:
    """Drop degrees, and words in a text command behind a number; unwrap a lone command."""
    for sign in _DEGREES:
        text = text.replace(sign, "")
    for command in _TEXT_COMMANDS:
        before, found, after = text.partition(command)
        if found and after.count("}") == 1 and after.endswith("}"):
            return before.strip() or after[:-1].strip()
    return text


def _right_side(text: str) -> str:
    name, equals, value = text.partition("=")
    is_named = len(name.strip()) == 1 and name.strip() in _LETTERS
    return value.strip() if equals and is_named else text


def _number_form(text: str) -> "str | None":
    if text.endswith("%"):
        value = reckoned(_squeezed(text[:-1]))
        return None if value is None else f"percent {surd_text(value)}"
    value = reckoned(_squeezed(text))
    return None if value is None else f"number {surd_text(value)}"


def _mixed_form(text: str) -> "str | None":
    """Read 1 1/2 as a mixed number."""
    whole, blank, fraction = text.partition(" ")
    upper, stroke, lower = fraction.partition("/")
    is_mixed = blank and stroke and whole.removeprefix("-").isdigit()
    if not (is_mixed and upper.isdigit() and lower.isdigit()):
        return None
    sign = "-" if whole.startswith("-") else "+"
    value = reckoned(f"{whole}{sign}{upper}/{lower}")
    return None if value is None else f"number {surd_text(value)}"


def _squeezed(text: str) -> str:
    """Drop blanks, but not between two digits, which would make one number of two."""
    parts = text.split()
    for place in range(1, len(parts)):
        if parts[place - 1][-1].isdigit() and parts[place][0].isdigit():
            return ""
    return "".join(parts)


def _sequence_form(text: str) -> "str | None":
    """Read brackets around elements between commas; a list without brackets is a set."""
    opening, inner, closing = "{", text, "}"
    bare = text.replace("\\{", "{").replace("\\}", "}")
    if bare[:1] in _BRACKETS and bare[-1:] in (")", "]", "}"):
        opening, inner, closing = bare[0], bare[1:-1], bare[-1]
    parts = _parts(inner)
    if len(parts) == 1:
        return _choice_form(inner) if opening == "(" else None
    forms = [_number_form(part.strip()) or _text_form(part) for part in parts]
    ordered = sorted(set(forms)) if opening == "{" else forms
    return f"{opening}{'; '.join(ordered)}{closing}"


def _choice_form(inner: str) -> "str | None":
    letter = inner.strip()
    return _text_form(letter) if len(letter) == 1 and letter in _LETTERS else None


def _parts(inner: str) -> list[str]:
    """Cut at the commas outside of brackets."""
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(inner):
        depth += (letter in _BRACKETS) - (letter in (")", "]", "}"))
        if letter == "," and depth == 0:
            parts.append(inner[start:place])
            start = place + 1
    return [*parts, inner[start:]]


def _text_form(text: str) -> str:
    return f"text {folded(text.lower())}"
