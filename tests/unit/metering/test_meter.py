"""The meter: a count that only grows, and its limit; sizes; what a library call costs in all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kybra_replica.candid.model import (
    CandidType,
    Field,
    Opt,
    Primitive,
    Record,
    TypeTable,
    Variant,
    Vec,
)
from kybra_replica.metering import library_prices, limits, map_prices, principal_prices
from kybra_replica.metering.candid_prices import price_in, price_out
from kybra_replica.metering.import_prices import MODULES, ImportMeter
from kybra_replica.metering.meter import Meter, OverLimitError
from kybra_replica.metering.sized_prices import METER, SizedMeter
from kybra_replica.metering.value_plans import NAT8
from kybra_replica.program.interface import StableMap

TEXT = Primitive("text")
NO_NAMES = TypeTable()


def test_a_message_may_spend_its_limit_and_not_one_more() -> None:
    """Inline additions are noticed at the next check."""
    meter = Meter()
    meter.begin(limit=10)
    meter.charge(10)
    assert meter.tick(1) is True
    with pytest.raises(OverLimitError):
        meter.check()
    meter.begin(limit=5)
    assert meter.spent == 0


def test_what_is_counted_within_an_operation_is_part_of_its_price() -> None:
    """Unless it came to more: the count never falls."""
    meter = Meter()
    meter.charge(100)
    meter.raise_to(150)
    meter.raise_to(120)
    assert meter.spent == 150


def test_only_an_installation_shares_its_limit() -> None:
    """The compilation and the leaving half are taken off; other limits are whole."""
    assert limits.of_message("install", 10**9) == limits.of_message("install") - 10**9
    assert limits.of_message("install") == limits.INSTALLATION - limits.COMPILATION
    assert limits.of_message("callback", 10**9) == limits.UPDATE


@given(text=st.text(max_size=50), count=st.integers(0, 50))
@settings(derandomize=True)
def test_values_pass_the_meter_untouched(text: str, count: int) -> None:
    """And cost no less than nothing."""
    meter = SizedMeter()
    for value in (text, text.encode(), [text] * count, {text: count}, count, None, iter(())):
        for name in ("find", "split", "sum", "join", "in", "slice", "repeat", "unknown"):
            assert meter.scan(value, name) is value
            assert meter.fed(value, name) is value
            assert meter.made(value, name) is value
    assert meter.spent >= 0


def test_a_subclass_is_not_taken_for_a_builtin() -> None:
    """Its length may be a lie, or code of its own."""

    class Text(str):
        __slots__ = ()

        def __len__(self) -> int:
            raise RuntimeError

    meter = SizedMeter()
    meter.scan(Text("abc"), "find")
    assert meter.spent == 0


def test_a_library_call_costs_its_price_in_all() -> None:
    """Also where one priced function uses another; names and failures stay as they are."""
    inner = library_prices.priced(len, lambda _result, _arguments: 100)
    outer = library_prices.priced(
        lambda text: inner(text) + 1, lambda result, _arguments: 40 * result
    )
    METER.begin(limits.UNLIMITED)
    assert outer("abc") == 4
    assert METER.spent == 160
    assert inner.__name__ == "len"
    with pytest.raises(TypeError):
        inner(5)


@pytest.mark.parametrize(("value", "nodes"), [(1, 1), ({"a": 1}, 2), ([[], {"b": [1, 2]}], 6)])
def test_a_json_value_is_counted_by_its_nodes(value: object, nodes: int) -> None:
    """Containers and what they hold."""
    assert library_prices.nodes_of(value) == nodes


def test_a_module_is_imported_once() -> None:
    """And what kybra brings along is free."""
    METER.begin(limits.UNLIMITED)
    imports = ImportMeter()
    for name in ("decimal", "decimal", "sys"):
        imports.imported(name)
    assert METER.spent == MODULES["decimal"]


def test_a_principal_costs_by_its_groups_of_five_bytes() -> None:
    """Anonymous 1.21 M and 0.38 M, a canister's 1.62 M, a person's as text 3.2 M in all."""
    assert principal_prices.handed_over(1) == pytest.approx(1_210_000, rel=0.01)
    assert principal_prices.written(1) == pytest.approx(380_000, rel=0.01)
    assert principal_prices.handed_over(10) == pytest.approx(1_620_000, rel=0.01)
    person = principal_prices.handed_over(29) + principal_prices.written(29)
    assert person == pytest.approx(3_200_000, rel=0.06)
    assert principal_prices.read(63) < principal_prices.handed_over(29)


def test_every_type_has_a_price_both_ways() -> None:
    """Also empty, absent and nested values."""
    spoken = Record((Field("role", TEXT), Field("content", TEXT)))
    choice = Variant((Field("Ok", TEXT), Field("Err", Opt(spoken))))
    values: list[tuple[CandidType, object]] = [
        (Vec(NAT8), b""),
        (Vec(Vec(Primitive("nat64"))), [[1], []]),
        (Vec(NAT8), iter(b"")),
        (choice, {"Err": None}),
        (choice, {"Err": {"role": "a", "content": "b"}}),
        (Record((Field("0", TEXT, 0),), is_tuple=True), ("a",)),
    ]
    for of, value in values:
        assert price_in((of,), (value,), NO_NAMES) > 0
        assert price_out((of,), (value,), NO_NAMES) > 0
    assert price_in((), (), NO_NAMES) == price_out((), (), NO_NAMES) == 0


@given(entries=st.integers(0, 10**7))
@settings(derandomize=True)
def test_map_operations_grow_dearer_with_the_map(entries: int) -> None:
    """For every kind of key; no operation is free, and absent keys cost no more than present."""
    for key_type, key in (
        (TEXT, "k" * 16),
        (Primitive("nat64"), 5),
        (Vec(NAT8), b"k"),
        (Opt(TEXT), None),
    ):
        of = StableMap(0, key_type, TEXT, 40, 100)
        prices = [
            (
                map_prices.price_get(of, n, key, None, NO_NAMES),
                map_prices.price_get(of, n, key, "v", NO_NAMES),
                map_prices.price_insert(of, n, key, ("v", None), NO_NAMES),
                map_prices.price_remove(of, n, key, "v", NO_NAMES),
            )
            for n in (entries, 2 * entries)
        ]
        assert all(small <= large for small, large in zip(*prices, strict=True))
        assert 0 < prices[0][0] < prices[0][1] < prices[0][2]
        assert map_prices.price_remove(of, entries, key, None, NO_NAMES) == prices[0][0]
