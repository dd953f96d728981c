"""The types that a message says its values have, as types of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from kybra_replica.candid.model import (
    CandidType,
    Field,
    Func,
    Named,
    Opt,
    Primitive,
    Record,
    Service,
    TypeTable,
    Variant,
    Vec,
)
from kybra_replica.candid.wire_types import (
    PRIMITIVE_NAMES,
    WireFunc,
    WireFuture,
    WireOpt,
    WireRecord,
    WireService,
    WireVariant,
    WireVec,
    reference_text,
)

if TYPE_CHECKING:
    from kybra_replica.candid.wire_types import Header, WireEntry


def message_types(header: Header) -> tuple[list[CandidType], TypeTable]:
    """Give the arguments' types, and the table that their names `table0`, … resolve in.

    A future type becomes `reserved`: its values can only be passed over.
    """
    named = [(reference_text(at), _shape(entry)) for at, entry in enumerate(header.entries)]
    table = TypeTable(dict(named))
    # As if each type contained itself: finding out takes quadratic time, which messages may abuse.
    table.memo["recursive"] = frozenset(table.types)
    return [_type(reference) for reference in header.args], table


def _type(reference: int) -> CandidType:
    if reference < 0:
        return Primitive(PRIMITIVE_NAMES[reference])
    return Named(reference_text(reference))


def _shape(entry: WireEntry) -> CandidType:
    if isinstance(entry, (WireOpt, WireVec)):
        return (Opt if isinstance(entry, WireOpt) else Vec)(_type(entry.of))
    if isinstance(entry, (WireRecord, WireVariant)):
        fields = tuple(Field(str(number), _type(of)) for number, of in entry.fields)
        return (Record if isinstance(entry, WireRecord) else Variant)(fields)
    if isinstance(entry, WireFunc):
        mode = cast('Literal["update", "query", "oneway", "composite_query"]', entry.mode)
        return Func(_all(entry.args), _all(entry.results), mode)
    if isinstance(entry, WireService):
        return Service(tuple((name, _type(of)) for name, of in entry.methods))
    assert isinstance(entry, WireFuture)  # noqa: S101 - what is left of the union
    return Primitive("reserved")


def _all(references: tuple[int, ...]) -> tuple[CandidType, ...]:
    return tuple(map(_type, references))
