"""Candid's own notation of types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.candid.field_ids import in_wire_order, is_number, label_text
from kybra_replica.candid.model import (
    PRIMITIVES,
    Func,
    Named,
    Opt,
    Primitive,
    Record,
    Service,
    Variant,
    Vec,
)
from kybra_replica.candid.nesting import is_blob, recursive_names
from kybra_replica.candid.text.escapes import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kybra_replica.candid.model import CandidType, Field, TypeTable

KEYWORDS = frozenset(PRIMITIVES) | {
    "import", "service", "func", "type", "opt", "vec", "record", "variant", "blob",
    "oneway", "query", "composite_query", "true", "false",
}  # fmt: skip


def type_text(of: CandidType, table: TypeTable) -> str:
    """Write a type in one line, named types by name, fields as declared."""
    return _Notation(table, expands=False).text(of)


def expanded_text(of: CandidType, table: TypeTable) -> str:
    """Write a type as the crate's errors do: only recursive types by name, fields by id."""
    return _Notation(table, expands=True).text(of)


def field_texts(shape: Record | Variant, table: TypeTable) -> list[str]:
    """Write each field of a type as `type_text` does."""
    notation = _Notation(table, expands=False)
    return [notation.field(field, shape) for field in shape.fields]


def function_text(of: Func, table: TypeTable) -> str:
    """Write a function's arguments, results and mode, without the word `func`."""
    return _Notation(table, expands=False).function(of)


def quoted(name: str) -> str:
    """Quote a field's or method's name where Candid needs it."""
    if name.isidentifier() and name.isascii() and name not in KEYWORDS:
        return name
    return f'"{escaped(name)}"'


def label(name: str) -> str:
    """Write a field's name, or its number."""
    return label_text(int(name)) if is_number(name) else quoted(name)


class _Notation:
    def __init__(self, table: TypeTable, *, expands: bool) -> None:
        self.table = table
        self.expands = expands
        self.recursive = recursive_names(table)

    def text(self, of: CandidType) -> str:
        if isinstance(of, Named):
            if self.expands and of.name not in self.recursive:
                return self.text(self.table.resolve(of))
            return of.name
        if isinstance(of, (Primitive, Opt, Vec)):
            return self.plain(of)
        if isinstance(of, (Record, Variant)):
            return self.fields(of)
        if isinstance(of, Service):
            return f"service {self.block(self.method(*method) for method in of.methods)}"
        return f"func {self.function(of)}"

    def plain(self, of: Primitive | Opt | Vec) -> str:
        if isinstance(of, Primitive):
            return of.name
        if isinstance(of, Opt):
            return f"opt {self.text(of.of)}"
        return "blob" if is_blob(of, self.table) else f"vec {self.text(of.of)}"

    def fields(self, shape: Record | Variant) -> str:
        kind = "record" if isinstance(shape, Record) else "variant"
        fields = in_wire_order(shape.fields) if self.expands else shape.fields
        return f"{kind} {self.block(self.field(field, shape) for field in fields)}"

    def field(self, field: Field, shape: Record | Variant) -> str:
        if isinstance(shape, Record) and shape.is_tuple:
            return self.text(field.of)
        if isinstance(shape, Variant) and field.of == Primitive("null"):
            return label(field.name)
        return f"{label(field.name)} : {self.text(field.of)}"

    def function(self, of: Func) -> str:
        mode = "" if of.mode == "update" else f" {of.mode}"
        return f"({self.list(of.args)}) -> ({self.list(of.results)}){mode}"

    def method(self, name: str, of: CandidType) -> str:
        text = self.function(of) if isinstance(of, Func) else self.text(of)
        return f"{quoted(name)} : {text}"

    def list(self, types: Iterable[CandidType]) -> str:
        return ", ".join(map(self.text, types))

    def block(self, lines: Iterable[str]) -> str:
        inner = "; ".join(lines)
        return f"{{ {inner} }}" if inner else "{}"
