"""A place in a list of tokens, and what every parser does there."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from kybra_replica.candid.field_ids import hash_of, is_number
from kybra_replica.candid.nesting import MAX_DEPTH
from kybra_replica.candid.text.lexer import END, Token, text_error, tokens_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.candid.errors import CandidTextError

Part = TypeVar("Part")
FIELD_IDS = 1 << 32


class Cursor:
    """Reads tokens one after the other; errors say what was found, and where."""

    def __init__(self, source: str) -> None:
        """Start at the first token of `source`."""
        self.source = source
        self._tokens = tokens_of(source)
        self._place = 0
        self._depth = 0

    @property
    def next(self) -> Token:
        """The token that comes next."""
        return self._tokens[self._place]

    @property
    def after_next(self) -> Token:
        """The token after the next."""
        return self._tokens[min(self._place + 1, len(self._tokens) - 1)]

    def take(self) -> Token:
        """Pass the next token; the end of the text stays."""
        token = self.next
        if token.kind != END:
            self._place += 1
        return token

    def accept(self, kind: str) -> bool:
        """Pass the next token if it is of this kind."""
        if self.next.kind != kind:
            return False
        self.take()
        return True

    def expect(self, kind: str) -> Token:
        """Pass the next token, which must be of this kind."""
        if self.next.kind != kind:
            raise self.unexpected(kind)
        return self.take()

    def unexpected(self, wanted: str) -> CandidTextError:
        """Make the error about the next token."""
        return self.error(f"expected {wanted}, found {self.next.kind}")

    def error(self, problem: str, at: int | None = None) -> CandidTextError:
        """Make an error about `at`, else about the next token."""
        return text_error(self.source, problem, self.next.at if at is None else at)

    def descend(self) -> None:
        """Go one level deeper; whoever does calls `ascend` when through."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self.error(f"nested over {MAX_DEPTH} levels")

    def ascend(self) -> None:
        """Come back from a level."""
        self._depth -= 1

    def parts(self, part: Callable[[], Part], separator: str, close: str) -> list[Part]:
        """Read parts up to `close`; a separator may stand after the last one."""
        found: list[Part] = []
        while self.next.kind != close:
            found.append(part())
            if not self.accept(separator):
                break
        self.expect(close)
        return found

    def text(self) -> str:
        """Read a string, which must be UTF-8."""
        token = self.expect("text")
        try:
            return bytes(token.value).decode()
        except UnicodeDecodeError:
            raise self.error("a text that is not UTF-8", token.at) from None

    def name(self) -> str:
        """Read a name, quoted or not."""
        if self.next.kind == "name":
            return str(self.take().value)
        if self.next.kind == "text":
            return self.text()
        raise self.unexpected("a name")

    def is_label(self, mark: str) -> bool:
        """Tell whether a field's label comes next, and `mark` after it."""
        return self.next.kind in ("name", "text", "integer") and self.after_next.kind == mark

    def label(self) -> str:
        """Read a field's label as our model names it: a number stands for itself.

        A quoted "7" is not field 7, so it becomes the number that it hashes to.
        """
        if self.next.kind != "integer":
            name = self.name()
            return str(hash_of(name)) if is_number(name) else name
        token = self.take()
        if token.value >= FIELD_IDS:
            raise self.error("a field id of over 32 bits", token.at)
        return str(token.value)
