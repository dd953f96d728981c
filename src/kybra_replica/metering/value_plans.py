"""How the price of one Candid value is worked out, planned once for each type.

A plan is a number where the value makes no difference, and a function of the value otherwise. A
query runs in a process that has nothing warm, so a plan touches little: no type, few objects.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from kybra import Principal

from kybra_replica.candid.model import Named, Opt, Primitive, Record, Variant, Vec
from kybra_replica.metering import principal_prices

if TYPE_CHECKING:
    from kybra_replica.candid.model import CandidType, Field, TypeTable

Plan = int | Callable[[Any], int]
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


class Planner:
    """Plans for one direction and one program's types."""

    def __init__(self, table: TypeTable, rates: Rates) -> None:
        """Nothing is planned yet."""
        self._table = table
        self._rates = rates
        self._named: dict[str, Plan | None] = {}

    def plan(self, of: CandidType) -> Plan:
        """How values of a type are priced."""
        rates = self._rates
        if isinstance(of, Named):
            return self._of_name(of)
        if isinstance(of, Primitive):
            return self._scalar(of.name)
        if isinstance(of, Opt):
            return _option(rates.option, self.plan(of.of))
        if isinstance(of, Vec):
            return self._vec(of.of)
        if isinstance(of, (Record, Variant)):
            return self._of_fields(of)
        return rates.reference  # a function's or service's

    def _vec(self, of: CandidType) -> Plan:
        if of == NAT8:
            return _sequence(self._rates.blob, self._rates.byte)
        return _sequence(self._rates.sequence, self.plan(of))

    def _of_fields(self, of: Record | Variant) -> Plan:
        if isinstance(of, Variant):
            return _variant(self._rates.variant, self._parts(of.fields))
        fixed = self._rates.record + self._rates.field * len(of.fields)
        return _record(fixed, self._parts(of.fields))

    def _of_name(self, of: Named) -> Plan:
        """A type within itself is looked up when a value of it comes."""
        if of.name in self._named:
            known = self._named[of.name]
            return (lambda value: _of(self._named[of.name], value)) if known is None else known
        self._named[of.name] = None
        plan = self._named[of.name] = self.plan(self._table.resolve(of))
        return plan

    def _parts(self, fields: tuple[Field, ...]) -> list[tuple[str | int, Plan]]:
        return [(field.python_key, self.plan(field.of)) for field in fields]

    def _scalar(self, name: str) -> Plan:
        rates = self._rates
        if name == "text":
            return lambda value: rates.text + rates.character * len(value)
        if name == "principal":
            return _principal_in if rates is IN else _principal_out
        return rates.number


def _of(plan: Plan | None, value: Any) -> int:
    return plan(value) if callable(plan) else plan or 0


def _option(price: int, inner: Plan) -> Plan:
    return lambda value: price // 2 if value is None else price + _of(inner, value)


def _sequence(fixed: int, each: Plan) -> Plan:
    if isinstance(each, int):
        return lambda value: fixed + each * _length(value)
    return lambda value: fixed + sum(each(one) for one in value)


def _length(value: Any) -> int:
    """Of an iterator that went into a vec nothing is left to count."""
    return len(value) if hasattr(value, "__len__") else 0


def _record(fixed: int, parts: list[tuple[str | int, Plan]]) -> Plan:
    fixed += sum(plan for _, plan in parts if isinstance(plan, int))
    varying = [(key, plan) for key, plan in parts if not isinstance(plan, int)]
    if not varying:
        return fixed
    return lambda value: fixed + sum(plan(value[key]) for key, plan in varying)


def _variant(fixed: int, parts: list[tuple[str | int, Plan]]) -> Plan:
    def price(value: Any) -> int:
        for key, plan in parts:
            with suppress(Exception):  # as the codec finds the member that is there
                return fixed + _of(plan, value[key])
        return fixed

    return price


def _principal_in(value: Any) -> int:
    return principal_prices.handed_over(len(value.bytes))


def _principal_out(value: Any) -> int:
    own = principal_prices.written(len(value.bytes)) if type(value) is Principal else 0
    return OUT.reference + own
