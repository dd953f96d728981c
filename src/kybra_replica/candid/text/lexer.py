"""Candid text to tokens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from kybra_replica.candid.errors import CandidTextError
from kybra_replica.candid.text.escapes import PIECE, piece_bytes
from kybra_replica.candid.text.numerals import floating, integer

if TYPE_CHECKING:
    from collections.abc import Iterator

END = "end of text"
WORDS = frozenset({
    "null", "vec", "record", "variant", "func", "service", "oneway", "query", "composite_query",
    "blob", "type", "import", "opt", "principal", "true", "false",
})  # fmt: skip
"""Words that are no names unless quoted; each is a kind of token of its own."""

_DIGITS = r"[0-9](?:_?[0-9])*"
_HEX = r"[0-9a-fA-F](?:_?[0-9a-fA-F])*"
_TOKEN = re.compile(
    rf"""(?P<blank>[ \t\r\n]+|//[^\n]*)
    |(?P<comment>/\*)
    |(?P<quote>")
    |(?P<hexfloat>0x{_HEX}(?:\.(?:{_HEX})?(?:[pP][+-]?{_DIGITS})?|[pP][+-]?{_DIGITS}))
    |(?P<float>{_DIGITS}(?:\.(?:{_DIGITS})?(?:[eE][+-]?{_DIGITS})?|[eE][+-]?{_DIGITS}))
    |(?P<integer>0x{_HEX}|{_DIGITS})
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<mark>->|==|!=|!:|[=(){{}};:,.+-])""",
    re.VERBOSE,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_GLUED = re.compile(r"[A-Za-z0-9_]")
_LONGEST_QUOTE = 20


class Token(NamedTuple):
    """A kind (a mark, a word of `WORDS`, name, text, integer, float or END), its value, its place.

    A text's value is its bytes: escapes may spell any.
    """

    kind: str
    value: Any
    at: int


def tokens_of(source: str) -> list[Token]:
    """Split a text into tokens, the last of kind END; CandidTextError names the place."""
    try:
        source.encode()
    except UnicodeEncodeError as error:
        raise text_error(source, "not a Unicode scalar value", error.start) from None
    return [*_Lexer(source).tokens(), Token(END, None, len(source))]


def text_error(source: str, problem: str, at: int) -> CandidTextError:
    """Make an error that says where: line and column, both from 1."""
    line = source.count("\n", 0, at) + 1
    column = at - source.rfind("\n", 0, at)
    return CandidTextError(f"{problem} at line {line}, column {column}")


class _Lexer:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0

    def tokens(self) -> Iterator[Token]:
        while self.at < len(self.source):
            found = _TOKEN.match(self.source, self.at)
            if found is None:
                quote = self.source[self.at : self.at + 1]
                raise text_error(self.source, f"unexpected {quote!r}", self.at)
            token = self.token(found)
            if token is not None:
                yield token

    def token(self, found: re.Match[str]) -> Token | None:
        start, self.at = found.span()
        kind, text = found.lastgroup, found[0]
        if kind == "comment":
            self.comment(start)
        if kind in ("comment", "blank"):
            return None
        if kind == "quote":
            return self.string(start)
        if kind == "mark" or text in WORDS:
            return Token(text, text, start)
        if kind == "word":
            return Token("name", text, start)
        return self.number(kind, text, start)

    def number(self, kind: str | None, text: str, start: int) -> Token:
        if _GLUED.match(self.source, self.at):
            quote = self.source[start : self.at + 1][-_LONGEST_QUOTE:]
            raise text_error(self.source, f"malformed number {quote!r}", start)
        if kind == "integer":
            return Token("integer", integer(text), start)
        return Token("float", floating(text), start)

    def comment(self, start: int) -> None:
        depth = 1
        for edge in _COMMENT_EDGE.finditer(self.source, self.at):
            depth += 1 if edge[0] == "/*" else -1
            if depth == 0:
                self.at = edge.end()
                return
        raise text_error(self.source, "comment without an end", start)

    def string(self, start: int) -> Token:
        raw = bytearray()
        while not self.source.startswith('"', self.at):
            piece = PIECE.match(self.source, self.at)
            if piece is None:
                is_open = self.at >= len(self.source)
                problem = "string without an end" if is_open else "unknown escape"
                raise text_error(self.source, problem, start if is_open else self.at)
            try:
                raw += piece_bytes(piece)
            except ValueError as error:
                raise text_error(self.source, str(error), self.at) from None
            self.at = piece.end()
        self.at += 1
        return Token("text", bytes(raw), start)
