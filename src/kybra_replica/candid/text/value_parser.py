"""Values from their text, as they are written: `typed` says what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.candid.exact_values import Reference
from kybra_replica.candid.field_ids import field_id
from kybra_replica.candid.nesting import room_for_nesting
from kybra_replica.candid.principals import parse_principal
from kybra_replica.candid.text.cursor import Cursor
from kybra_replica.candid.text.lexer import END
from kybra_replica.candid.text.program_parser import Definitions
from kybra_replica.candid.text.syntax import Annotated, Elements, Fields, Literal, Member, Present
from kybra_replica.candid.text.type_parser import Labels

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.candid.model import TypeTable
    from kybra_replica.candid.text.syntax import Node
    from kybra_replica.candid.text.type_parser import TypeParser


@room_for_nesting()
def parse_values(source: str, table: TypeTable | None = None) -> tuple[Node, ...]:
    """Read values in parentheses; annotations may use the names of `table`.

    Raises CandidTextError, which says what is wrong and where.
    """
    cursor = Cursor(source)
    scope = Definitions(cursor, table)
    parser = _ValueParser(cursor, scope.types)
    cursor.expect("(")
    values = cursor.parts(parser.annotated, ",", ")")
    cursor.expect(END)
    scope.table()
    return tuple(values)


class _ValueParser:
    def __init__(self, cursor: Cursor, types: TypeParser) -> None:
        self.cursor = cursor
        self.types = types

    def annotated(self) -> Node:
        at = self.cursor.next.at
        value = self.value()
        return Annotated(value, self.types.type(), at) if self.cursor.accept(":") else value

    def value(self) -> Node:
        cursor = self.cursor
        cursor.descend()
        kind, _, at = cursor.next
        found: Node
        if kind == "text":
            found = Literal(kind, cursor.text(), at)
        elif kind in ("integer", "float"):
            found = Literal(*cursor.take())
        elif kind in _READERS:
            cursor.take()
            found = _READERS[kind](self, at)
        else:
            raise cursor.unexpected("a value")
        cursor.ascend()
        return found

    def number(self, at: int, sign: int) -> Node:
        if self.cursor.next.kind not in ("integer", "float"):
            raise self.cursor.unexpected("a number")
        token = self.cursor.take()
        return Literal(token.kind, sign * token.value, at)

    def blob(self, at: int) -> Node:
        return Literal("blob", self.cursor.expect("text").value, at)

    def grouped(self, _at: int) -> Node:
        found = self.annotated()
        self.cursor.expect(")")
        return found

    def vec(self, at: int) -> Node:
        self.cursor.expect("{")
        return Elements(tuple(self.cursor.parts(self.annotated, ";", "}")), at)

    def record(self, at: int) -> Node:
        self.cursor.expect("{")
        labels = Labels()
        fields = self.cursor.parts(lambda: self.field(labels), ";", "}")
        if len({field_id(label) for label, _ in fields}) < len(fields):
            raise self.cursor.error("two fields of the same name or id", at)
        return Fields(tuple(fields), at)

    def field(self, labels: Labels) -> tuple[str, Node]:
        if not self.cursor.is_label("="):
            return labels.counted(self.cursor), self.annotated()
        label = labels.given(self.cursor.label())
        self.cursor.expect("=")
        return label, self.annotated()

    def variant(self, at: int) -> Node:
        self.cursor.expect("{")
        null_at = self.cursor.next.at
        label = self.cursor.label()
        of = self.annotated() if self.cursor.accept("=") else Literal("null", None, null_at)
        self.cursor.expect("}")
        return Member(label, of, at)

    def reference(self) -> Reference:
        at = self.cursor.next.at
        try:
            return Reference(parse_principal(self.cursor.text()))
        except ValueError as error:
            raise self.cursor.error(str(error), at) from None

    def func(self, at: int) -> Node:
        canister = self.reference()
        self.cursor.expect(".")
        return Literal("func", (canister, self.cursor.name()), at)


_READERS: dict[str, Callable[[_ValueParser, int], Node]] = {
    "null": lambda _, at: Literal("null", None, at),
    "true": lambda _, at: Literal("bool", True, at),  # noqa: FBT003 - a Candid value
    "false": lambda _, at: Literal("bool", False, at),  # noqa: FBT003 - likewise
    "+": lambda parser, at: parser.number(at, 1),
    "-": lambda parser, at: parser.number(at, -1),
    "(": _ValueParser.grouped,
    "opt": lambda parser, at: Present(parser.value(), at),
    "vec": _ValueParser.vec,
    "record": _ValueParser.record,
    "variant": _ValueParser.variant,
    "blob": _ValueParser.blob,
    "principal": lambda parser, at: Literal("principal", parser.reference(), at),
    "service": lambda parser, at: Literal("service", parser.reference(), at),
    "func": _ValueParser.func,
}
