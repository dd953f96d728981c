"""Shadow caches of a sample of keys tell what each policy would have hit on the whole."""

from __future__ import annotations

import random

import pytest

from refrain.simulation import SimulatedCache, simulate
from refrain.traces.access import Access
from refrain_core.policies.policy_choice import POLICY_NAMES
from refrain_core.policies.shadow_caches import SAMPLES_NEEDED, ShadowCaches, hashed_key


def shown(trace: list[int], capacity: int) -> ShadowCaches:
    """Show a trace to the shadows of a cache."""
    shadows = ShadowCaches(capacity, 1 << 40)
    keys = {number: hashed_key(f"{number}") for number in set(trace)}
    for number in trace:
        shadows.see(keys[number], 1, 1)
    return shadows


def whole_hit_ppm(trace: list[int], capacity: int) -> dict[str, int]:
    """Count what the policies hit without sampling."""
    caches = [SimulatedCache(name, capacity) for name in POLICY_NAMES]
    simulate(map(Access, trace), caches)
    return {
        cache.policy_name: 1_000_000 - cache.misses * 1_000_000 // cache.requests
        for cache in caches
    }


def zipf(keys: int, requests: int) -> list[int]:
    """Make traffic that is moderately skewed."""
    weights = [1 / (rank + 1) ** 0.6 for rank in range(keys)]
    return random.Random(3).choices(range(keys), weights, k=requests)  # noqa: S311 - test data


def test_ratios_of_the_sample_are_near_those_of_the_whole() -> None:
    """On moderately skewed traffic, within four points in a hundred for each policy."""
    trace = zipf(20_000, 60_000)
    shadows = shown(trace, 2_000)
    whole = whole_hit_ppm(trace, 2_000)
    for ratios in shadows.ratios():
        assert abs(ratios.hit_ppm - whole[ratios.policy]) < 40_000, ratios


@pytest.mark.slow
def test_on_recorded_conversations_lru_is_recommended_over_sieve(
    mooncake_trace: list[int],
) -> None:
    """At ten per cent of the distinct blocks SIEVE loses eight points to LRU; shadows tell."""
    shadows = shown(mooncake_trace, 18_279)
    whole = whole_hit_ppm(mooncake_trace, 18_279)
    assert max(abs(each.hit_ppm - whole[each.policy]) for each in shadows.ratios()) < 40_000
    assert shadows.recommended("sieve") in {"lru", "cost"}
    assert shadows.recommended("lru") == "lru"


def test_nothing_is_recommended_from_few_samples() -> None:
    """Below the number needed the current policy stays, however bad."""
    shadows = ShadowCaches(8, 1 << 40)
    loop = [f"{number:016x}" for number in range(16)]
    while shadows.samples < SAMPLES_NEEDED:
        assert shadows.recommended("lru") == "lru"
        for key in loop:
            shadows.see(key, 1, 1)
    assert shadows.recommended("lru") != "lru"


def test_a_policy_that_saves_more_cost_is_recommended_by_cost_only() -> None:
    """Where one key in eight is dear, the cost-aware policy saves most without hitting most."""
    shadows = ShadowCaches(4_000, 1 << 40)
    for number in zipf(20_000, 120_000):
        key = hashed_key(f"{number}")
        shadows.see(key, 1, 1_000 if number % 8 == 0 else 1)
    assert shadows.recommended("lru", by_cost=True) == "cost"
    assert shadows.recommended("lru") in {"sieve", "s3fifo"}


def test_memory_is_bounded_and_old_counts_fade() -> None:
    """A long run of ever new keys holds no more than its shadows hold, and counts are halved."""
    shadows = ShadowCaches(1_000, 1 << 40)
    for number in range(200_000):
        shadows.see(f"{number * 2_654_435_761 % (1 << 64):016x}", 1, 1)
    assert shadows.rate_ppm == 250_000
    assert 16_000 < shadows.samples <= 32_768
    assert all(len(shadow) <= 256 for shadow in shadows._shadows)


def test_a_forgotten_key_is_a_miss_in_every_shadow() -> None:
    """What expired or was purged no policy would have hit."""
    shadows = ShadowCaches(100, 1 << 40)
    shadows.see("0" * 16, 1, 1)
    shadows.forget("0" * 16)
    shadows.forget("f" * 16)
    shadows.see("0" * 16, 1, 1)
    assert [ratios.hit_ppm for ratios in shadows.ratios()] == [0, 0, 0, 0]
    shadows.see("0" * 16, 1, 1)
    assert [ratios.hit_ppm for ratios in shadows.ratios()] == [333_333] * 4


def test_an_answer_too_large_for_a_shadow_is_passed_by() -> None:
    """Its access counts, and nothing is thrown out for it."""
    shadows = ShadowCaches(100, 1_000)
    shadows.see("0" * 16, 10, 1)
    shadows.see("1" * 15 + "0" * 4, 100_000, 1)
    shadows.see("0" * 16, 10, 1)
    assert [ratios.hit_ppm for ratios in shadows.ratios()] == [333_333] * 4


def test_an_unknown_current_policy_is_refused() -> None:
    """A name that no policy has is a mistake of the caller."""
    with pytest.raises(ValueError, match="fifo"):
        ShadowCaches(10, 10).recommended("fifo")
