"""Prices of Candid at the boundary, by type and value: from Kybra's conversions both ways.

A message costs once for the types that it declares, and again for each value. A blob is converted
byte by byte, a text at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kybra import Principal

from kybra_replica.candid.model import Named, Opt, Primitive, Record, Variant, Vec
from kybra_replica.metering import principal_prices
from kybra_replica.metering.prices import REPLY_BYTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kybra_replica.candid.model import CandidType, TypeTable

NAT8 = Primitive("nat8")


class Rates(NamedTuple):
    """One direction's prices."""

    text: int
    character: int
    number: int
    blob: int
    byte: int
    option: int
    record: int
    field: int
    sequence: int
    variant: int
    reference: int


IN = Rates(
    text=5_000,
    character=9,
    number=3_000,
    blob=25_000,
    byte=590,
    option=10_000,
    record=3_000,
    field=2_000,
    sequence=3_000,
    variant=10_000,
    reference=1_400_000,
)
"""From the wire into Python."""

OUT = Rates(
    text=3_000,
    character=35,
    number=3_000,
    blob=10_000,
    byte=980,
    option=10_000,
    record=6_000,
    field=11_000,
    sequence=5_000,
    variant=10_000,
    reference=50_000,
)
"""From Python onto the wire; for a principal its `to_str` is called."""

ANY_VALUES = 5_000
TYPE_OPTION = 35_000
TYPE_SEQUENCE = 15_000
TYPE_RECORD = 5_000
TYPE_FIELD = 17_000
TYPE_VARIANT_FIELD = 6_000


def price_in(types: Sequence[CandidType], values: Sequence[Any], table: TypeTable) -> int:
    """Decoding these values, whose types are declared."""
    if not types:
        return 0
    return declared_price(tuple(types), table) + sum(
        _value(of, value, table, IN) for of, value in zip(types, values, strict=False)
    )


def price_out(types: Sequence[CandidType], values: Sequence[Any], table: TypeTable) -> int:
    """Encoding these values."""
    return sum(_value(of, value, table, OUT) for of, value in zip(types, values, strict=False))


def reply_price(of: CandidType, value: Any, table: TypeTable, reply_bytes: int) -> int:
    """Encoding a reply, and handing it to the system."""
    return price_out((of,), (value,), table) + REPLY_BYTE * reply_bytes


def declared_price(types: tuple[CandidType, ...], table: TypeTable) -> int:
    """What a message of these types costs to decode beside its values; worked out once."""
    key = ("types' price", types)
    price = table.memo.get(key)
    if price is None:
        seen: set[CandidType] = set()
        price = ANY_VALUES + sum(_type(of, table, seen) for of in types)
        table.memo[key] = price
    return int(price)


def _type(of: CandidType, table: TypeTable, seen: set[CandidType]) -> int:
    of = table.resolve(of)
    if of in seen:
        return 0
    seen.add(of)
    if isinstance(of, Opt):
        return TYPE_OPTION + _type(of.of, table, seen)
    if isinstance(of, Vec):
        return 0 if of.of == NAT8 else TYPE_SEQUENCE + _type(of.of, table, seen)
    if isinstance(of, (Record, Variant)):
        each = TYPE_FIELD if isinstance(of, Record) else TYPE_VARIANT_FIELD
        inner = sum(_type(field.of, table, seen) for field in of.fields)
        return TYPE_RECORD + each * len(of.fields) + inner
    return 0


def _value(of: CandidType, value: Any, table: TypeTable, rates: Rates) -> int:
    if isinstance(of, Named):
        of = table.resolve(of)
    if isinstance(of, Primitive):
        return _scalar(of.name, value, rates)
    if isinstance(of, Opt):
        inner = 0 if value is None else _value(of.of, value, table, rates)
        return rates.option // (2 if value is None else 1) + inner
    if isinstance(of, Vec):
        return _sequence(of.of, value, table, rates)
    if isinstance(of, Record):
        inner = sum(_value(each.of, _part(value, each), table, rates) for each in of.fields)
        return rates.record + rates.field * len(of.fields) + inner
    if isinstance(of, Variant):
        present = [each for each in of.fields if each.python_key in value][:1]
        inner = sum(_value(each.of, _part(value, each), table, rates) for each in present)
        return rates.variant + inner
    return rates.reference  # a function's or service's reference


def _scalar(name: str, value: Any, rates: Rates) -> int:
    if name == "text":
        return rates.text + rates.character * len(value)
    return _principal(value, rates) if name == "principal" else rates.number


def _principal(value: Any, rates: Rates) -> int:
    if rates is IN:
        return principal_prices.handed_over(len(value.bytes))
    own = principal_prices.written(len(value.bytes)) if type(value) is Principal else 0
    return rates.reference + own


def _sequence(of: CandidType, value: Any, table: TypeTable, rates: Rates) -> int:
    if of == NAT8:
        return rates.blob + rates.byte * len(value)
    return rates.sequence + sum(_value(of, each, table, rates) for each in value)


def _part(value: Any, field: Any) -> Any:
    return value[field.python_key]
