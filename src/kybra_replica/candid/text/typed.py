"""Written values as exact values of a type that is expected."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from kybra_replica.candid.errors import CandidDecodeError, CandidTextError
from kybra_replica.candid.exact import decode_exact, encode_exact
from kybra_replica.candid.exact_values import Some
from kybra_replica.candid.field_ids import field_id
from kybra_replica.candid.model import (
    CandidType,
    Field,
    Func,
    Opt,
    Primitive,
    Record,
    Service,
    TypeTable,
    Variant,
    Vec,
)
from kybra_replica.candid.nesting import is_blob, may_lack, room_for_nesting
from kybra_replica.candid.text.lexer import text_error
from kybra_replica.candid.text.numerals import float32
from kybra_replica.candid.text.syntax import (
    Annotated,
    Elements,
    Fields,
    Literal,
    Member,
    Present,
)
from kybra_replica.candid.text.value_parser import parse_values

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kybra_replica.candid.text.syntax import Node

_RANGES: dict[str, tuple[float, float]] = {"int": (-math.inf, math.inf), "nat": (0, math.inf)} | {
    f"{kind}{bits}": (0 if kind == "nat" else -(1 << bits - 1), 1 << bits - (kind == "int"))
    for kind in ("nat", "int")
    for bits in (8, 16, 32, 64)
}
"""The least number of a type, and the one behind its largest."""
_AS_WRITTEN = frozenset({"null", "bool", "text", "principal"})


@room_for_nesting()
def read_values(source: str, types: Sequence[CandidType], table: TypeTable) -> list[Any]:
    """Read `(value, …)` as one exact value for each of `types`.

    Values that the text has more are ignored, as in a message; those it has less are null where
    the type allows that. Raises CandidTextError.
    """
    nodes = parse_values(source, table)
    reader = TypedReader(source, table)
    lacking = [of for of in types[len(nodes) :] if not may_lack(of, table)]
    if lacking:
        raise text_error(source, "too few values", len(source))
    found = reader.values(nodes, types)
    return found + [None] * (len(types) - len(found))


class TypedReader:
    """Gives written values of one text the types that are expected of them."""

    def __init__(self, source: str, table: TypeTable) -> None:
        """Resolve names by `table`, report errors in `source`."""
        self._source = source
        self._table = table
        self._rules: dict[type, Callable[[Any, Any], Any]] = {
            Primitive: self._primitive, Opt: self._opt, Vec: self._vec, Record: self._record,
            Variant: self._variant, Func: self._reference, Service: self._reference,
        }  # fmt: skip

    def values(self, nodes: Sequence[Node], types: Sequence[CandidType]) -> list[Any]:
        """Make an exact value of each node that has a type; CandidTextError if one has not its."""
        try:
            return [self.value(node, of) for node, of in zip(nodes, types, strict=False)]
        except RecursionError:
            raise text_error(self._source, "nested too deeply", 0) from None

    def value(self, node: Node, of: CandidType) -> Any:
        """Make the exact value; CandidTextError where the type does not admit what is written."""
        if isinstance(node, Annotated):
            return self._annotated(node, of)
        shape = self._table.resolve(of)
        return self._rules[type(shape)](node, shape)

    def _annotated(self, node: Annotated, of: CandidType) -> Any:
        value = self.value(node.value, node.of)
        if node.of == of:
            return value
        # Another type than the expected one: what a message would make of it.
        try:
            message = encode_exact([node.of], [value], self._table)
            return decode_exact(message, [of], self._table)[0]
        except CandidDecodeError:
            raise self._refuse(node, "a value of another type than the expected one") from None

    def _primitive(self, node: Node, shape: Primitive) -> Any:
        if shape.name == "reserved":
            return None
        if isinstance(node, Literal):
            if node.kind == shape.name and node.kind in _AS_WRITTEN:
                return node.value
            if node.kind == "float" and shape.name in ("float32", "float64"):
                return float32(node.value) if shape.name == "float32" else node.value
            if node.kind == "integer" and shape.name in _RANGES:
                return self._integer(node, shape.name)
        raise self._misfit(node, shape.name)

    def _integer(self, node: Literal, name: str) -> int:
        least, end = _RANGES[name]
        if not least <= node.value < end:
            raise self._refuse(node, f"a number out of the range of {name}")
        return int(node.value)

    def _opt(self, node: Node, shape: Opt) -> Some | None:
        if isinstance(node, Present):
            return Some(self.value(node.of, shape.of))
        if not (isinstance(node, Literal) and node.kind == "null"):
            raise self._misfit(node, "opt")
        return None

    def _vec(self, node: Node, shape: Vec) -> list[Any] | bytes:
        if isinstance(node, Literal) and node.kind == "blob":
            if is_blob(shape, self._table):
                return bytes(node.value)
            node = Elements(tuple(Literal("integer", n, node.at) for n in node.value), node.at)
        if not isinstance(node, Elements):
            raise self._misfit(node, "vec")
        found = [self.value(item, shape.of) for item in node.items]
        return bytes(found) if is_blob(shape, self._table) else found

    def _record(self, node: Node, shape: Record) -> dict[str | int, Any]:
        if not isinstance(node, Fields):
            raise self._misfit(node, "record")
        written = {field_id(label): part for label, part in node.fields}
        return {
            field.python_key: self._field(node, written.get(field_id(field.name)), field)
            for field in shape.fields
        }

    def _field(self, node: Fields, part: Node | None, field: Field) -> Any:
        if part is not None:
            return self.value(part, field.of)
        if not may_lack(field.of, self._table):
            raise self._refuse(node, f"a record without its field {field.name}")
        return None

    def _variant(self, node: Node, shape: Variant) -> dict[str | int, Any]:
        if not isinstance(node, Member):
            raise self._misfit(node, "variant")
        number = field_id(node.label)
        for field in shape.fields:
            if field_id(field.name) == number:
                return {field.python_key: self.value(node.of, field.of)}
        raise self._refuse(node, f"a member {node.label} that the variant does not have")

    def _reference(self, node: Node, shape: Func | Service) -> Any:
        kind = "func" if isinstance(shape, Func) else "service"
        if not (isinstance(node, Literal) and node.kind == kind):
            raise self._misfit(node, kind)
        return node.value

    def _misfit(self, node: Node, wanted: str) -> CandidTextError:
        return self._refuse(node, f"expected a value of type {wanted}")

    def _refuse(self, node: Node, problem: str) -> CandidTextError:
        return text_error(self._source, problem, node.at)
