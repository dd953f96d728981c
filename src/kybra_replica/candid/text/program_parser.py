"""Whole `.did` files: type definitions, and the service with what its installer passes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kybra_replica.candid.model import PRIMITIVES, Func, Named, Service, TypeTable
from kybra_replica.candid.nesting import room_for_nesting
from kybra_replica.candid.text.cursor import Cursor
from kybra_replica.candid.text.lexer import END
from kybra_replica.candid.text.type_parser import TypeParser

if TYPE_CHECKING:
    from kybra_replica.candid.model import CandidType


class CandidProgram(NamedTuple):
    """Named types, the main service if there is one, and its init arguments if it takes any."""

    types: TypeTable
    service: Service | None
    init_args: tuple[CandidType, ...] | None


@room_for_nesting()
def parse_program(source: str) -> CandidProgram:
    """Read a `.did` file; CandidTextError says what is wrong and where.

    An import is refused: nothing here reads a second file.
    """
    cursor = Cursor(source)
    scope = Definitions(cursor)
    scope.read()
    actor, init_args, at = None, None, cursor.next.at
    if cursor.accept("service"):
        cursor.accept("name")
        cursor.expect(":")
        if cursor.next.kind == "(":
            init_args = scope.types.arguments()
            cursor.expect("->")
        at = cursor.next.at
        actor = scope.types.actor()
        cursor.accept(";")
    cursor.expect(END)
    table = scope.table()
    service = None if actor is None else table.resolve(actor)
    if not (service is None or isinstance(service, Service)):
        raise cursor.error("the main service is no service", at)
    return CandidProgram(table, service, init_args)


@room_for_nesting()
def parse_types(source: str, table: TypeTable | None = None) -> tuple[CandidType, ...]:
    """Read types in parentheses, with names as `table` has them."""
    cursor = Cursor(source)
    scope = Definitions(cursor, table)
    types = scope.types.arguments()
    cursor.expect(END)
    scope.table()
    return types


class Definitions:
    """Reads `type` definitions, and checks all types read once they are complete."""

    def __init__(self, cursor: Cursor, table: TypeTable | None = None) -> None:
        """Begin with the names of `table`."""
        self._cursor = cursor
        self._known = table
        self._defined = dict(table.types) if table else {}
        self.types = TypeParser(cursor)

    def read(self) -> None:
        """Read definitions as long as there are any."""
        while self._cursor.next.kind in ("type", "import"):
            self._definition()
            if not self._cursor.accept(";"):
                break

    def table(self) -> TypeTable:
        """Give all definitions; CandidTextError where a name leads nowhere or in a circle."""
        for name, at in self.types.used:
            if name not in self._defined:
                raise self._cursor.error(f"undefined type {name}", at)
        self._refuse_circles()
        table = self._known or TypeTable(self._defined)
        for name, at in self.types.methods:
            if not isinstance(table.resolve(Named(name)), Func):
                raise self._cursor.error(f"a method's type {name} is no function", at)
        return table

    def _definition(self) -> None:
        token = self._cursor.take()
        if token.kind == "import":
            raise self._cursor.error("imports are not supported", token.at)
        at = self._cursor.next.at
        name = str(self._cursor.expect("name").value)
        if name in PRIMITIVES or name in self._defined:
            raise self._cursor.error(f"type {name} is defined already", at)
        self._cursor.expect("=")
        self._defined[name] = self.types.type()

    def _refuse_circles(self) -> None:
        sound: set[str] = set()
        for name in self._defined:
            path: set[str] = set()
            step: CandidType = Named(name)
            while isinstance(step, Named) and step.name not in sound:
                if step.name in path:
                    raise self._cursor.error(f"type {name} is only another name of itself", 0)
                path.add(step.name)
                step = self._defined[step.name]
            sound |= path
