"""Whether a function or service reference of the message's type serves as the expected one.

Only references are judged before reading: of all other types the value itself decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kybra_replica.candid.errors import CandidDecodeError
from kybra_replica.candid.field_ids import field_id
from kybra_replica.candid.model import (
    PRIMITIVES,
    CandidType,
    Func,
    Opt,
    Primitive,
    Record,
    Service,
    TypeTable,
    Variant,
    Vec,
)
from kybra_replica.candid.nesting import MAX_DEPTH
from kybra_replica.candid.wire_types import (
    Header,
    WireFunc,
    WireFuture,
    WireOpt,
    WireRecord,
    WireService,
    WireVariant,
    WireVec,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Side = int | CandidType
"""A type of the message (a reference), or one of the program."""

_OPCODES = {"opt": -18, "vec": -19, "record": -20, "variant": -21, "func": -22, "service": -23}
_MAY_LACK = (PRIMITIVES["null"], PRIMITIVES["reserved"], _OPCODES["opt"])


class _Shape(NamedTuple):
    """A type of either side: opcode, and its parts under the names that matter."""

    opcode: int
    parts: dict[int | str, Side]
    mode: str = ""


class Subtyping:
    """Compares types of one message with types of one program, coinductively."""

    def __init__(
        self, header: Header, table: TypeTable, *, services_are_principals: bool = False
    ) -> None:
        """Assume nothing yet. That services are principals is a rule younger than Kybra's crate."""
        self._services_are_principals = services_are_principals
        self._header = header
        self._table = table
        self._assumed: set[tuple[Side, Side]] = set()

    def holds(self, left: Side, right: Side, depth: int = 0) -> bool:
        """Tell whether every `left` is a `right`."""
        if depth > MAX_DEPTH:
            raise CandidDecodeError(f"Recursion limit exceeded at depth {depth}")
        if (left, right) in self._assumed:
            return True
        self._assumed.add((left, right))
        if self._compare(self._shape(left), self._shape(right), depth + 1):
            return True
        self._assumed.discard((left, right))
        return False

    def _compare(self, left: _Shape, right: _Shape, depth: int) -> bool:
        # An opt takes anything: what does not fit becomes null.
        if right.opcode in (PRIMITIVES["reserved"], _OPCODES["opt"]):
            return True
        if left.opcode == PRIMITIVES["empty"]:
            return True
        if left.opcode == PRIMITIVES["nat"] and right.opcode == PRIMITIVES["int"]:
            return True
        if left.opcode == _OPCODES["service"] and right.opcode == PRIMITIVES["principal"]:
            return self._services_are_principals
        if left.opcode != right.opcode or left.mode != right.mode:
            return False
        rule = _RULES.get(left.opcode)
        return rule is None or rule(self, left.parts, right.parts, depth)

    def same_parts(self, left: _Parts, right: _Parts, depth: int) -> bool:
        """Compare vectors: the only part of each."""
        return self.holds(left["of"], right["of"], depth)

    def record(self, left: _Parts, right: _Parts, depth: int) -> bool:
        """Compare records: what `right` has more may be lacking."""
        for name, part in right.items():
            if name in left:
                if not self.holds(left[name], part, depth):
                    return False
            elif self._shape(part).opcode not in _MAY_LACK:
                return False
        return True

    def variant(self, left: _Parts, right: _Parts, depth: int) -> bool:
        """Compare variants: `right` knows every member of `left`."""
        return all(n in right and self.holds(left[n], right[n], depth) for n in left)

    def service(self, left: _Parts, right: _Parts, depth: int) -> bool:
        """Compare services: `left` has every method of `right`."""
        return all(n in left and self.holds(left[n], right[n], depth) for n in right)

    def func(self, left: _Parts, right: _Parts, depth: int) -> bool:
        """Compare functions: arguments the other way round, results this way."""
        return self.record(_some(right, "arg"), _some(left, "arg"), depth) and self.record(
            _some(left, "result"), _some(right, "result"), depth
        )

    def _shape(self, side: Side) -> _Shape:
        if isinstance(side, int):
            return _Shape(side, {}) if side < 0 else self._wire_shape(side)
        return _program_shape(self._table.resolve(side))

    def _wire_shape(self, reference: int) -> _Shape:
        entry = self._header.entries[reference]
        if isinstance(entry, WireFuture):
            return _Shape(entry.opcode, {})
        if isinstance(entry, WireFunc):
            return _func_shape(entry.args, entry.results, entry.mode)
        if isinstance(entry, WireService):
            return _Shape(_OPCODES["service"], dict(entry.methods))
        if isinstance(entry, (WireOpt, WireVec)):
            return _Shape(
                _OPCODES["opt" if isinstance(entry, WireOpt) else "vec"], {"of": entry.of}
            )
        assert isinstance(entry, (WireRecord, WireVariant))  # noqa: S101 - what is left of the union
        kind = "record" if isinstance(entry, WireRecord) else "variant"
        return _Shape(_OPCODES[kind], dict(entry.fields))


_Parts = dict[int | str, Side]
_RULES: dict[int, Callable[[Subtyping, _Parts, _Parts, int], bool]] = {
    _OPCODES["vec"]: Subtyping.same_parts,
    _OPCODES["record"]: Subtyping.record,
    _OPCODES["variant"]: Subtyping.variant,
    _OPCODES["service"]: Subtyping.service,
    _OPCODES["func"]: Subtyping.func,
}


def _program_shape(shape: CandidType) -> _Shape:
    if isinstance(shape, Primitive):
        return _Shape(PRIMITIVES[shape.name], {})
    if isinstance(shape, (Opt, Vec)):
        return _Shape(_OPCODES["opt" if isinstance(shape, Opt) else "vec"], {"of": shape.of})
    if isinstance(shape, Func):
        return _func_shape(shape.args, shape.results, shape.mode)
    if isinstance(shape, Service):
        return _Shape(_OPCODES["service"], dict(shape.methods))
    assert isinstance(shape, (Record, Variant))  # noqa: S101 - what is left of the union
    kind = "record" if isinstance(shape, Record) else "variant"
    return _Shape(_OPCODES[kind], {field_id(field.name): field.of for field in shape.fields})


def _func_shape(args: Sequence[Side], results: Sequence[Side], mode: str) -> _Shape:
    parts: _Parts = {f"arg {at}": of for at, of in enumerate(args)}
    parts.update({f"result {at}": of for at, of in enumerate(results)})
    return _Shape(_OPCODES["func"], parts, mode)


def _some(parts: _Parts, prefix: str) -> _Parts:
    return {name: of for name, of in parts.items() if str(name).startswith(prefix)}
