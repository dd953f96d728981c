"""Prices of Candid at the boundary, by type and value: from Kybra's conversions both ways.

A message costs once for the types that it declares, and again for each value. A blob is converted
byte by byte, a text at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.candid.model import Opt, Record, Variant, Vec
from kybra_replica.metering import value_plans
from kybra_replica.metering.prices import REPLY_BYTE
from kybra_replica.metering.value_plans import IN, NAT8, OUT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kybra_replica.candid.model import CandidType, TypeTable
    from kybra_replica.metering.value_plans import Plan, Rates

ANY_VALUES = 5_000
TYPE_OPTION = 35_000
TYPE_SEQUENCE = 15_000
TYPE_RECORD = 5_000
TYPE_FIELD = 17_000
TYPE_VARIANT_FIELD = 6_000


def price_in(types: Sequence[CandidType], values: Sequence[Any], table: TypeTable) -> int:
    """Decoding these values, whose types are declared."""
    return _price(IN, types, values, table)


def price_out(types: Sequence[CandidType], values: Sequence[Any], table: TypeTable) -> int:
    """Encoding these values."""
    return _price(OUT, types, values, table)


def reply_price(of: CandidType, value: Any, table: TypeTable, reply_bytes: int) -> int:
    """Encoding a reply, and handing it to the system."""
    return price_out((of,), (value,), table) + REPLY_BYTE * reply_bytes


def plan_prices(types: Sequence[CandidType], table: TypeTable) -> None:
    """Work out beforehand how values of these types are priced; kept in the table's memo."""
    for rates in (IN, OUT):
        _plans(rates, tuple(types), table)


def _price(
    rates: Rates, types: Sequence[CandidType], values: Sequence[Any], table: TypeTable
) -> int:
    total, plans = _plans(rates, tuple(types), table)
    for plan, value in zip(plans, values, strict=False):
        total += plan if isinstance(plan, int) else plan(value)
    return total


def _plans(rates: Rates, types: tuple[CandidType, ...], table: TypeTable) -> tuple[int, list[Plan]]:
    key = ("prices", rates is IN, types)
    plans: tuple[int, list[Plan]] | None = table.memo.get(key)
    if plans is None:
        planner = value_plans.Planner(table, rates)
        declared = _declared(types, table) if rates is IN and types else 0
        plans = table.memo[key] = declared, [planner.plan(of) for of in types]
    return plans


def _declared(types: tuple[CandidType, ...], table: TypeTable) -> int:
    seen: set[CandidType] = set()
    return ANY_VALUES + sum(_type(of, table, seen) for of in types)


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
