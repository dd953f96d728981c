"""The cost-aware policy saves cost where costs differ, and misses little more where they do not."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from refrain.simulation import SimulatedCache, simulate
from refrain.traces.access import Access
from refrain_core.policies.cost_aware import CostAwarePolicy, ring_of, worth_of
from tests.unit.refrain_core.policies.reference_policies import PlainCost

CHEAP = 20_000_000
DEAR = 2_000_000_000


def mixed_traffic() -> list[Access]:
    """Ask 40,000 times for 4,000 answers; one in ten costs a hundred times what others do."""
    made = random.Random(11)  # noqa: S311 - test data
    weights = [1 / (rank + 1) ** 0.8 for rank in range(4_000)]
    costs = [DEAR if made.randrange(10) == 0 else CHEAP for _ in weights]
    sizes = [made.randrange(200, 4_000) for _ in weights]
    keys = made.choices(range(len(weights)), weights, k=40_000)
    return [Access(key, sizes[key], costs[key]) for key in keys]


def missed_cost(trace: list[Access], policy: str) -> float:
    """Return the share of all costs that a cache of 400 kB does not save."""
    cache = SimulatedCache(policy, 400_000, by_bytes=True)
    simulate(trace, [cache])
    return cache.missed_cost / cache.cost


def test_where_costs_differ_it_pays_less_than_half_of_what_lru_pays() -> None:
    """Of the cost of asking each time LRU pays 80 %, SIEVE 65 %, the cost-aware policy 30 %."""
    trace = mixed_traffic()
    paid = {name: round(missed_cost(trace, name), 2) for name in ("lru", "sieve", "s3fifo", "cost")}
    assert paid == {"lru": 0.80, "sieve": 0.65, "s3fifo": 0.63, "cost": 0.30}


def test_where_costs_are_equal_it_misses_less_than_lru(zipf_trace: list[int]) -> None:
    """The second chance of what was hit makes it the better one on skewed traffic."""
    caches = [SimulatedCache(name, 500) for name in ("lru", "cost")]
    simulate(map(Access, zipf_trace), caches)
    lru, cost = (cache.misses for cache in caches)
    assert cost < lru


def test_it_comes_near_exact_greedy_dual_size_on_costs() -> None:
    """Rounded worths and hits noted late cost less than a twentieth of what is paid at least."""
    trace = mixed_traffic()
    model = PlainCost()
    paid = 0
    for access in trace:
        key, size_bytes, cost = int(str(access.key)), access.size_bytes or 0, access.cost
        if key in model.sizes:
            model.use(key)
            continue
        paid += cost
        while sum(model.sizes.values()) + size_bytes > 400_000:
            model.victim()
        model.add_of_cost(key, size_bytes, cost)
    exact = paid / sum(access.cost for access in trace)
    assert missed_cost(trace, "cost") < exact * 1.05


def test_what_is_dear_and_small_outlives_what_is_cheap_and_large() -> None:
    """With nothing hit, the least cost for each byte goes first, the earlier of two equals."""
    policy = CostAwarePolicy()
    for key, size_bytes, cost in [("dear", 100, DEAR), ("a", 4_000, CHEAP), ("b", 4_000, CHEAP)]:
        policy.add(key, size_bytes, cost)
    assert [policy.victim() for _ in range(3)] == ["a", "b", "dear"]


def test_a_dear_key_that_nobody_asks_for_is_not_kept_for_ever() -> None:
    """The level rises with each eviction, until even the dearest is due."""
    policy = CostAwarePolicy()
    policy.add("dear", 1_000, 50 * CHEAP)
    for number in range(10):
        policy.add(number, 1_000, CHEAP)
    victims: list[object] = []
    while "dear" in policy:
        policy.add(f"new {len(victims)}", 1_000, CHEAP)
        victims.append(policy.victim())
    assert 100 < len(victims) < 1_000


@given(st.integers(0, 1 << 30), st.integers(0, 1 << 45))
def test_a_worth_is_rounded_down_by_less_than_a_third(size_bytes: int, cost: int) -> None:
    """Two rings an octave; what is beyond all rings counts as the highest."""
    exact = max((max(cost, 1) << 16) // max(size_bytes, 1), 1)
    rounded = worth_of(ring_of(size_bytes, cost))
    assert rounded <= exact
    assert rounded * 3 > exact * 2 - 2 or ring_of(size_bytes, cost) == 127
