"""Files of assertions: `assert blob "DIDL…" == "(5)" : (nat) "five";`.

The form is described in https://github.com/dfinity/candid/blob/master/test/README.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kybra_replica.candid.nesting import room_for_nesting
from kybra_replica.candid.text.cursor import Cursor
from kybra_replica.candid.text.lexer import END
from kybra_replica.candid.text.program_parser import Definitions

if TYPE_CHECKING:
    from kybra_replica.candid.model import CandidType, TypeTable

RELATIONS = (":", "!:", "==", "!=")


class Input(NamedTuple):
    """A message's bytes, or values as text."""

    message: bytes | None
    text: str


class Assertion(NamedTuple):
    """`left`, a relation of `RELATIONS`, `right` if it compares, the types to read both at."""

    line: int
    left: Input
    relation: str
    right: Input | None
    types: tuple[CandidType, ...]
    description: str


class AssertionFile(NamedTuple):
    """Named types, and the assertions that use them."""

    types: TypeTable
    assertions: tuple[Assertion, ...]


@room_for_nesting()
def parse_assertions(source: str) -> AssertionFile:
    """Read a file of type definitions and assertions; CandidTextError says what is wrong."""
    cursor = Cursor(source)
    scope = Definitions(cursor)
    scope.read()
    found = cursor.parts(lambda: _assertion(cursor, scope), ";", END)
    return AssertionFile(scope.table(), tuple(found))


def _assertion(cursor: Cursor, scope: Definitions) -> Assertion:
    start = cursor.next
    if start.value != "assert":
        raise cursor.unexpected("assert")
    cursor.take()
    line = cursor.source.count("\n", 0, start.at) + 1
    left, right = _input(cursor), None
    relation = cursor.take()
    if relation.kind not in RELATIONS:
        raise cursor.error(f"expected {' or '.join(RELATIONS)}", relation.at)
    if relation.kind in ("==", "!="):
        right = _input(cursor)
        cursor.expect(":")
    types = scope.types.arguments()
    description = cursor.text() if cursor.next.kind == "text" else ""
    return Assertion(line, left, relation.kind, right, types, description)


def _input(cursor: Cursor) -> Input:
    if cursor.accept("blob"):
        return Input(bytes(cursor.expect("text").value), "")
    return Input(None, cursor.text())
