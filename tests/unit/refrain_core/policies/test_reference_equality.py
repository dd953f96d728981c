"""LRU, SIEVE and S3-FIFO miss exactly what libCacheSim's miss, by objects and by bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcachesim
import pytest

from refrain.simulation import SimulatedCache, simulate
from refrain.traces.access import Access

if TYPE_CHECKING:
    from collections.abc import Iterable

REFERENCES = {"lru": libcachesim.LRU, "sieve": libcachesim.Sieve, "s3fifo": libcachesim.S3FIFO}

# Of the recorded conversations' prefix blocks: policy, capacity in objects, published miss ratio.
CONVERSATIONS = [
    ("lru", 1_827, 0.9477),
    ("lru", 18_279, 0.7216),
    ("sieve", 1_827, 0.9418),
    ("sieve", 18_279, 0.8052),
    ("s3fifo", 1_827, 0.9325),
    ("s3fifo", 18_279, 0.7752),
]

every_reference = pytest.mark.parametrize("name", REFERENCES)


def size_of(key: int) -> int:
    """Give each key a size of its own."""
    return 200 + key * 7_919 % 4_000


def reference_misses(
    name: str, keys: Iterable[int], capacity: int, *, by_bytes: bool = False
) -> int:
    """Count what libCacheSim's policy misses."""
    cache = REFERENCES[name](capacity, hashpower=16)
    request = libcachesim.Request()
    misses = 0
    for key in keys:
        request.obj_id = key
        request.obj_size = size_of(key) if by_bytes else 1
        misses += not cache.get(request)
    return misses


def our_misses(name: str, keys: Iterable[int], capacity: int, *, by_bytes: bool = False) -> int:
    """Count what our policy misses."""
    cache = SimulatedCache(name, capacity, by_bytes=by_bytes)
    simulate((Access(key, size_of(key)) for key in keys), [cache])
    return cache.misses


@every_reference
@pytest.mark.parametrize("capacity", [50, 500])
def test_misses_of_skewed_traffic_are_the_references(
    name: str, capacity: int, zipf_trace: list[int]
) -> None:
    """On Zipf's law, at one and at ten per cent of the distinct keys, counted in objects."""
    assert our_misses(name, zipf_trace, capacity) == reference_misses(name, zipf_trace, capacity)


@every_reference
@pytest.mark.parametrize("capacity", [110_000, 1_100_000])
def test_misses_by_bytes_are_the_references(
    name: str, capacity: int, zipf_trace: list[int]
) -> None:
    """The same where each object takes its own number of bytes."""
    ours = our_misses(name, zipf_trace, capacity, by_bytes=True)
    assert ours == reference_misses(name, zipf_trace, capacity, by_bytes=True)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "capacity", "published"), CONVERSATIONS)
def test_misses_of_recorded_conversations_are_the_references(
    name: str, capacity: int, published: float, mooncake_trace: list[int]
) -> None:
    """Real conversations, at one and ten per cent: the count is equal, the ratio as published."""
    ours = our_misses(name, mooncake_trace, capacity)
    assert ours == reference_misses(name, mooncake_trace, capacity)
    assert abs(ours / len(mooncake_trace) - published) < 0.000_05


@pytest.mark.slow
@every_reference
@pytest.mark.parametrize("capacity", [3_000_000, 30_000_000])
def test_misses_of_recorded_conversations_by_bytes_are_the_references(
    name: str, capacity: int, mooncake_trace: list[int]
) -> None:
    """The conversations' blocks with made-up sizes."""
    ours = our_misses(name, mooncake_trace, capacity, by_bytes=True)
    assert ours == reference_misses(name, mooncake_trace, capacity, by_bytes=True)
