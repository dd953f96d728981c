"""Prices of StableBTreeMap's operations, by kind of key, number of entries and size of value.

Each operation walks the tree and decodes the keys of every node on its way, so its price grows with
the logarithm of the entries. A value is decoded or encoded in addition.
"""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING, Any, NamedTuple

from kybra_replica.candid.model import Primitive, Vec
from kybra_replica.metering import candid_prices
from kybra_replica.metering.prices import MAP_LENGTH, MAP_SCAN_ENTRY
from kybra_replica.metering.value_plans import NAT8

if TYPE_CHECKING:
    from kybra_replica.candid.model import TypeTable
    from kybra_replica.program.interface import StableMap

LEAST_WALK = 100_000
"""A map with a handful of entries is one node."""

WRITE = 360_000
"""Placing an entry in its node, once it is found."""

USUAL_KEY = 16
KEY_CHARACTER = 500
STORED_BYTE = 3
MOVED_BYTE = 25
"""A removal moves neighbours in addition to decoding what it removes."""


class Walk(NamedTuple):
    """What finding a key costs at 100 entries, and more for each tenfold; as of a removal."""

    at_100: int
    tenfold: int
    removal_at_100: int
    removal_tenfold: int
    write: int = WRITE


TEXT_KEYS = Walk(270_000, 205_000, 735_000, 110_000)
NUMBER_KEYS = Walk(265_000, 190_000, 755_000, 95_000, 340_000)
BLOB_KEYS = Walk(775_000, 550_000, 1_685_000, 350_000, 690_000)
RECORD_KEYS = Walk(500_000, 350_000, 1_200_000, 220_000)
"""Not measured: set between texts and blobs."""


def price_get(of: StableMap, entries: int, key: Any, value: Any, types: TypeTable) -> int:
    """Finding a key, and decoding its value if it has one."""
    return _found(of, entries, key, types) + _decoded(of, value, types)


def price_insert(
    of: StableMap, entries: int, key: Any, values: tuple[Any, Any], types: TypeTable
) -> int:
    """Placing the first of `values` where the second one was, which may be None."""
    value, previous = values
    encoded = candid_prices.price_out((of.value,), (value,), types)
    found = _found(of, entries, key, types)
    return found + _walk(of, types).write + encoded + _decoded(of, previous, types)


def price_remove(of: StableMap, entries: int, key: Any, value: Any, types: TypeTable) -> int:
    """Taking an entry out, and decoding it; of an absent one, finding that."""
    if value is None:
        return _found(of, entries, key, types)
    walk = _walk(of, types)
    tens = log10(max(entries, 1) / 100)
    moved = MOVED_BYTE * len(value) if isinstance(value, (str, bytes)) else 0
    taken = walk.removal_at_100 + round(walk.removal_tenfold * tens)
    return max(taken, LEAST_WALK + WRITE) + moved + _decoded(of, value, types)


def price_scan(of: StableMap, entries: list[tuple[Any, Any]], types: TypeTable) -> int:
    """Reading every entry, keys and values decoded."""
    both = (of.key, of.value)
    total = sum(candid_prices.price_in(both, entry, types) for entry in entries)
    return MAP_LENGTH + MAP_SCAN_ENTRY * len(entries) + total


def _found(of: StableMap, entries: int, key: Any, types: TypeTable) -> int:
    walk = _walk(of, types)
    tens = log10(max(entries, 1) / 100)
    long = KEY_CHARACTER * max(0, len(key) - USUAL_KEY) if isinstance(key, str) else 0
    return max(walk.at_100 + round(walk.tenfold * tens), LEAST_WALK) + long


def _decoded(of: StableMap, value: Any, types: TypeTable) -> int:
    if value is None:
        return 0
    stored = STORED_BYTE * len(value) if isinstance(value, (str, bytes)) else 0
    return stored + candid_prices.price_in((of.value,), (value,), types)


def _walk(of: StableMap, types: TypeTable) -> Walk:
    key = types.resolve(of.key)
    if isinstance(key, Primitive):
        return TEXT_KEYS if key.name == "text" else NUMBER_KEYS
    is_blob = isinstance(key, Vec) and key.of == NAT8
    return BLOB_KEYS if is_blob else RECORD_KEYS
