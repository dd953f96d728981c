r"""Reckoning what an answer writes as arithmetic, in plain or in LaTeX form.

    sum      product { + | - product }
    product  power { * | / | x-like sign | nothing  power }
    power    { - | + } atom [ ^ atom ]
    atom     digits | \frac ab | \sqrt a | \pi | ( sum ) | { sum }

A whole number before a fraction is a mixed number: 1\frac{1}{2} is 3/2. A point, a thousands comma
and an exponent of ten belong to digits. What is not of this grammar is no number.
"""

from refrain_core.consensus.surds import (
    MOST_DIGITS,
    Surd,
    Unreckonable,
    added,
    divided,
    multiplied,
    negated,
    raised,
    rooted,
    surd,
)

MOST_CHARACTERS = 200
MOST_NESTED = 20

_DIGITS = frozenset("0123456789")
_TIMES = ("\\times", "\\cdot", "*", "×", "·")  # noqa: RUF001 - signs of multiplication
_OVER = ("\\div", "/", "÷")
_COMMANDS = ("\\", "√", "π")
_CLOSING = {"(": ")", "{": "}"}
_GROUP_DIGITS = 3


def reckoned(text: str) -> "Surd | None":
    """Return the number that `text`, without blanks, writes; None where it is no number."""
    if not text or len(text) > MOST_CHARACTERS:
        return None
    reader = _Reader(text)
    try:
        value = reader.sum()
    except Unreckonable:
        return None
    return value if reader.is_done() else None


class _Reader:
    """One pass over a text; each method reads what it is named after."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def is_done(self) -> bool:
        return self._at == len(self._text)

    def sum(self) -> Surd:
        total = self._product()
        while self._next() in ("+", "-"):
            sign = self._take()
            term = self._product()
            total = added(total, term if sign == "+" else negated(term))
        return total

    def _product(self) -> Surd:
        value = self._power()
        while not self.is_done():
            if self._takes_one_of(_TIMES):
                value = multiplied(value, self._power())
            elif self._takes_one_of(_OVER):
                value = divided(value, self._power())
            elif self._next() in ("(", *_COMMANDS):
                value = self._beside(value)
            else:
                break
        return value

    def _beside(self, value: Surd) -> Surd:
        """Read what follows without a sign: the fraction of a mixed number, or a factor."""
        is_mixed = self._text.startswith("\\frac", self._at) and value.den == 1
        right = self._power()
        if not is_mixed:
            return multiplied(value, right)
        return added(value, negated(right) if value.num < 0 else right)

    def _power(self) -> Surd:
        is_negative = self._signs()
        value = self._atom()
        if self._takes_one_of(("^",)):
            is_inverse = self._signs()
            exponent = self._operand()
            value = raised(value, negated(exponent) if is_inverse else exponent)
        return negated(value) if is_negative else value

    def _signs(self) -> bool:
        """Read any signs; tell whether they turn what follows."""
        is_negative = False
        while self._next() in ("-", "+"):
            is_negative ^= self._take() == "-"
        return is_negative

    def _atom(self) -> Surd:
        self._depth += 1
        if self._depth > MOST_NESTED:
            raise Unreckonable
        value = self._command() if self._next() in _COMMANDS else self._plain()
        self._depth -= 1
        return value

    def _command(self) -> Surd:
        if self._takes_one_of(("\\frac",)):
            upper = self._operand()
            return divided(upper, self._operand())
        if self._takes_one_of(("\\sqrt",)):
            return rooted(self._operand())
        if self._takes_one_of(("√",)):
            return rooted(self._atom())
        if self._takes_one_of(("\\pi", "π")):
            return Surd(1, 1, 1, 1)
        raise Unreckonable

    def _plain(self) -> Surd:
        return self._bracketed() if self._next() in _CLOSING else self._digits()

    def _operand(self) -> Surd:
        """Read a bracketed sum, a command, or, as LaTeX does, one digit."""
        if self._next() in _DIGITS:
            return surd(int(self._take()))
        return self._atom()

    def _bracketed(self) -> Surd:
        closing = _CLOSING[self._take()]
        value = self.sum()
        if self._next() != closing:
            raise Unreckonable
        self._take()
        return value

    def _digits(self) -> Surd:
        whole = self._whole()
        places = ""
        if self._next() == ".":
            self._take()
            places = self._run()
        if not whole and not places:
            raise Unreckonable
        value = surd(int(whole + places), 10 ** len(places))
        return self._scaled(value)

    def _scaled(self, value: Surd) -> Surd:
        """Apply an exponent of ten as programs write it: 1.5e3."""
        if self._next() not in ("e", "E"):
            return value
        self._take()
        sign = self._take() if self._next() in ("-", "+") else ""
        digits = self._run()
        if not 1 <= len(digits) <= len(str(MOST_DIGITS)):
            raise Unreckonable
        return multiplied(value, raised(surd(10), surd(int(sign + digits))))

    def _whole(self) -> str:
        """Read digits with or without thousands commas, which must stand every three digits."""
        whole = self._run()
        if self._next() == "," and len(whole) > _GROUP_DIGITS:
            raise Unreckonable
        while self._next() == "," and whole:
            group = self._text[self._at + 1 : self._at + 1 + _GROUP_DIGITS]
            beyond = self._text[self._at + 1 + _GROUP_DIGITS : self._at + 2 + _GROUP_DIGITS]
            if len(group) < _GROUP_DIGITS or not _DIGITS.issuperset(group) or beyond in _DIGITS:
                raise Unreckonable
            whole += group
            self._at += 1 + _GROUP_DIGITS
        return whole

    def _run(self) -> str:
        start = self._at
        while self._next() in _DIGITS:
            self._at += 1
        if self._at - start > MOST_DIGITS:
            raise Unreckonable
        return self._text[start : self._at]

    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self) -> str:
        self._at += 1
        return self._text[self._at - 1 : self._at]

    def _takes_one_of(self, signs: "tuple[str, ...]") -> bool:
        for sign in signs:
            if self._text.startswith(sign, self._at):
                self._at += len(sign)
                return True
        return False
