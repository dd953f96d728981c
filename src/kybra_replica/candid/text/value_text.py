"""Exact values as text, laid out as Rust's candid crate prints them.

Numbers, null and reserved carry their type, so the text reads back as what it was written from
(but for infinities and NaN, for which Candid's text has no notation).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.candid.field_ids import field_id, in_wire_order
from kybra_replica.candid.model import CandidType, Func, Opt, Primitive, Record, Variant, Vec
from kybra_replica.candid.nesting import is_blob, room_for_nesting
from kybra_replica.candid.text.escapes import escaped, escaped_bytes
from kybra_replica.candid.text.layout import Layout, block, rendered
from kybra_replica.candid.text.numerals import float32_text, float64_text, integer_text
from kybra_replica.candid.type_text import label, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kybra_replica.candid.model import Field, Service, TypeTable

_LAID_OUT_LEVELS = 10
_LAID_OUT_ELEMENTS = 10


@room_for_nesting()
def values_text(types: Sequence[CandidType], values: Sequence[Any], table: TypeTable) -> str:
    """Write `(value, …)`, in lines of 80 characters where something is longer."""
    printer = _Printer(table)
    pairs = zip(types, values, strict=True)
    layouts = [printer.layout(of, value, _LAID_OUT_LEVELS) for of, value in pairs]
    return rendered(block("(", layouts, ",", ")"))


class _Printer:
    def __init__(self, table: TypeTable) -> None:
        self.table = table

    def layout(self, of: CandidType, value: Any, levels: int) -> Layout:
        shape = self.table.resolve(of)
        if levels > 0:
            if shape == _TEXT:
                return Layout(f'"{escaped(value)}"')
            if isinstance(shape, Opt) and value is not None:
                return self.opt_layout(shape.of, value.value, levels - 1)
            if isinstance(shape, Record):
                return self.record_layout(shape, value, levels - 1)
            if isinstance(shape, Variant):
                (member,) = _members(shape, value)
                inner = [self.field_layout(member, value, levels - 1, is_member=True)]
                return block("{", inner, "", "}").after("variant ")
            if isinstance(shape, Vec) and self.is_laid_out(shape, value):
                items = [self.layout(shape.of, item, levels - 1) for item in value]
                return block("{", items, ";", "}").after("vec ")
        return Layout(self.compact(shape, value))

    def is_laid_out(self, shape: Vec, value: Any) -> bool:
        return len(value) <= _LAID_OUT_ELEMENTS and not is_blob(shape, self.table)

    def opt_layout(self, of: CandidType, value: Any, levels: int) -> Layout:
        inner = self.layout(of, value, levels)
        if self.is_annotated(of):
            inner = block("(", [inner], "", ")")
        return inner.after("opt ")

    def record_layout(self, shape: Record, value: Any, levels: int) -> Layout:
        fields = in_wire_order(shape.fields)
        if all(field_id(field.name) == at for at, field in enumerate(fields)):
            items = [self.layout(f.of, value[f.python_key], levels) for f in fields]
        else:
            items = [self.field_layout(f, value, levels, is_member=False) for f in fields]
        return block("{", items, ";", "}").after("record ")

    def field_layout(self, field: Field, value: Any, levels: int, *, is_member: bool) -> Layout:
        if is_member and self.table.resolve(field.of) == _NULL:
            return Layout(label(field.name))
        inner = self.layout(field.of, value[field.python_key], levels)
        return inner.after(f"{label(field.name)} = ")

    def is_annotated(self, of: CandidType) -> bool:
        shape = self.table.resolve(of)
        return isinstance(shape, Primitive) and shape.name in _ANNOTATED

    def compact(self, of: CandidType, value: Any) -> str:
        shape = self.table.resolve(of)
        if isinstance(shape, Primitive):
            return _scalar_text(shape.name, value)
        if isinstance(shape, Opt):
            return "null" if value is None else self.compact_opt(shape.of, value.value)
        if isinstance(shape, Vec):
            return self.compact_vec(shape, value)
        if isinstance(shape, (Record, Variant)):
            return self.compact_fields(shape, value)
        return _reference_text(shape, value)

    def compact_opt(self, of: CandidType, value: Any) -> str:
        inner = self.compact(of, value)
        return f"opt ({inner})" if self.is_annotated(of) else f"opt {inner}"

    def compact_vec(self, shape: Vec, value: Any) -> str:
        if is_blob(shape, self.table):
            return f'blob "{escaped_bytes(value)}"'
        return f"vec {{{''.join(f' {self.compact(shape.of, item)};' for item in value)}}}"

    def compact_fields(self, shape: Record | Variant, value: Any) -> str:
        fields = _members(shape, value)
        if isinstance(shape, Variant):
            return f"variant {{ {self.compact_field(fields[0], value, -1)} }}"
        parts = [self.compact_field(field, value, at) for at, field in enumerate(fields)]
        return f"record {{{''.join(f' {part};' for part in parts)}}}"

    def compact_field(self, field: Field, value: Any, at: int) -> str:
        if at < 0 and self.table.resolve(field.of) == _NULL:
            return label(field.name)
        inner = self.compact(field.of, value[field.python_key])
        return inner if field_id(field.name) == at else f"{label(field.name)} = {inner}"


def _members(shape: Record | Variant, value: Any) -> list[Field]:
    return [field for field in in_wire_order(shape.fields) if field.python_key in value]


def _reference_text(shape: CandidType | Func | Service, value: Any) -> str:
    if isinstance(shape, Func):
        canister, method = value
        return f'func "{canister.to_str()}".{quoted(method)}'
    return f'service "{value.to_str()}"'


def _scalar_text(name: str, value: Any) -> str:
    text = _SCALARS.get(name, integer_text)(value)
    return f"{text} : {name}" if name in _ANNOTATED else text


_TEXT, _NULL = Primitive("text"), Primitive("null")
_SCALARS: dict[str, Callable[[Any], str]] = {
    "null": lambda _: "null",
    "reserved": lambda _: "null",
    "bool": lambda value: "true" if value else "false",
    "text": lambda value: f'"{escaped(value, apostrophes=False)}"',
    "float32": float32_text,
    "float64": float64_text,
    "principal": lambda value: f'principal "{value.to_str()}"',
}
_ANNOTATED = frozenset({"null", "reserved", "nat", "int", "float32", "float64"}) | {
    f"{kind}{bits}" for kind in ("nat", "int") for bits in (8, 16, 32, 64)
}
