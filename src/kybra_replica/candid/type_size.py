"""Types in the texts of errors, if they are short enough to stand there.

Source: the candid crate 0.10.10, `types::internal::text_size`. Its allowance shrinks by all fields
so far with every field, so that a record is "long" well before its text has as many characters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.candid.field_ids import in_wire_order, is_number
from kybra_replica.candid.model import (
    Func,
    Named,
    Opt,
    Primitive,
    Record,
    Service,
    Variant,
    Vec,
)
from kybra_replica.candid.nesting import recursive_names
from kybra_replica.candid.type_text import expanded_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kybra_replica.candid.model import CandidType, TypeTable

LONGEST_TYPE = 500
_KNOT = 10
_PRIMITIVES = {
    **dict.fromkeys(("nat", "int"), 3),
    **dict.fromkeys(("null", "bool", "text", "nat8", "int8"), 4),
    **dict.fromkeys(("nat16", "nat32", "nat64", "int16", "int32", "int64", "empty"), 5),
    **dict.fromkeys(("float32", "float64"), 7),
    "reserved": 8,
    "principal": 9,
}


class _TooLongError(Exception):
    pass


def short_text(of: CandidType, table: TypeTable) -> str:
    """Write a type out as the crate's errors do; "" where it is too long for them."""
    try:
        _Sizes(table).size(of, LONGEST_TYPE)
    except _TooLongError:
        return ""
    return expanded_text(of, table)


class _Sizes:
    def __init__(self, table: TypeTable) -> None:
        self._table = table
        self._recursive = recursive_names(table)

    def size(self, of: CandidType, limit: int) -> int:
        if isinstance(of, Named) and of.name not in self._recursive:
            return self.size(self._table.types[of.name], limit)
        if limit <= 1:
            raise _TooLongError
        cost = self._cost(of, limit)
        if cost > limit:
            raise _TooLongError
        return cost

    def _cost(self, of: CandidType, limit: int) -> int:
        if isinstance(of, Primitive):
            return _PRIMITIVES[of.name]
        if isinstance(of, (Opt, Vec)):
            return 4 + self.size(of.of, limit - 4)
        if isinstance(of, (Record, Variant)):
            labelled = [(_label_size(each.name), each.of) for each in in_wire_order(of.fields)]
            return 9 + self._fields(labelled, limit)
        if isinstance(of, Service):
            return 10 + self._fields([(len(name), each) for name, each in of.methods], limit)
        return self._function(of, limit) if isinstance(of, Func) else _KNOT

    def _fields(self, labelled: Iterable[tuple[int, CandidType]], limit: int) -> int:
        total = 0
        for width, of in labelled:
            total += width + self.size(of, limit - width - 3) + 3
            limit -= total
        return total

    def _function(self, of: Func, limit: int) -> int:
        total = 6 if of.mode == "update" else 12
        limit -= total
        for each in (*of.args, *of.results):
            total += self.size(each, limit)
            limit -= total
        return total


def _label_size(name: str) -> int:
    return 0 if is_number(name) else len(name)
