"""How large a batch is, how many calls are out, and how a spoiled batch is halved."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batcher_core.batch_fit import BatchFit
from batcher_core.bisection import halves, is_divisible, is_spoiled
from batcher_core.call_room import RESERVED_CALLS, calls_that_fit, retry_after_s
from refrain_core.outcall_price import HELD_CYCLES_PER_CALL

SIZES = st.lists(st.integers(1, 16), min_size=2, max_size=30)


def _fitted(sizes: list[int], fixed: int, each: int, shared_cycles: int = 1_000) -> BatchFit:
    fit = BatchFit()
    for size in sizes:
        fit.note(size, fixed + each * size, shared_cycles + 10 * size)
    return fit


def test_without_any_measurement_a_batch_is_as_large_as_it_may_be() -> None:
    """Nothing is known, so nothing is held back."""
    assert BatchFit().best_size(16, 1_000) == 16
    assert BatchFit().expected_ms(16) == 0


@given(SIZES, st.integers(0, 5_000), st.integers(1, 3_000), st.integers(1_000, 60_000))
def test_the_size_is_the_largest_that_the_latency_allows(
    sizes: list[int], fixed: int, each: int, budget_ms: int
) -> None:
    """With latencies on a line, the size is where the line meets the budget, give or take one."""
    if len(set(sizes[-8:])) < 2 or max(sizes[-8:]) - min(sizes[-8:]) < 3:
        return
    best = _fitted(sizes, fixed, each).best_size(16, budget_ms)
    exact = (budget_ms - fixed) // each
    assert abs(best - max(1, min(16, exact))) <= 1


def test_batches_of_one_size_grow_towards_the_budget() -> None:
    """Where no slope can be told, latency is taken to be in proportion."""
    assert _fitted([2] * 9, 0, 500).best_size(16, 4_000) == 8
    assert _fitted([2] * 9, 0, 500).expected_ms(6) == pytest.approx(3_000, abs=2)


def test_batches_that_share_no_cost_are_not_made() -> None:
    """Where n together cost as much as n alone, waiting for each other buys nothing."""
    assert _fitted([1, 4, 8, 16], 100, 10, shared_cycles=0).best_size(16, 30_000) == 1
    assert _fitted([1, 4, 8, 16], 100, 10, shared_cycles=500).best_size(16, 30_000) == 16


def test_newer_batches_count_more() -> None:
    """A server that has become slower makes smaller batches within some twenty of them."""
    fit = _fitted([2, 8, 16] * 10, 100, 10)
    assert fit.best_size(16, 2_000) == 16
    for size in [2, 8, 4] * 20:
        fit.note(size, 100 + 400 * size, 1_000 + 10 * size)
    assert fit.best_size(16, 2_000) in (4, 5)


@given(st.integers(0, 60), st.integers(1, 50), st.integers(0, 10**13), st.integers(0, 10**10))
def test_calls_fit_by_count_and_by_the_cycles_each_holds(
    outstanding: int, most: int, balance: int, call_cycles: int
) -> None:
    """So many more leave room for the reserve, and one more would break a limit."""
    fit = calls_that_fit(outstanding, most, balance, call_cycles)
    each = call_cycles + HELD_CYCLES_PER_CALL
    reserve = RESERVED_CALLS * HELD_CYCLES_PER_CALL
    assert fit >= 0
    if fit:
        assert outstanding + fit <= most
        assert fit * each + reserve <= balance
    assert outstanding + fit + 1 > most or (fit + 1) * each + reserve > balance


def test_a_retry_is_told_for_when_the_queue_will_have_gone() -> None:
    """At least a second, and as many batches' time as wait before it."""
    assert retry_after_s(1, 16, 0, 8) == 1
    assert retry_after_s(17, 16, 2_500, 1) == 5
    assert retry_after_s(256, 16, 6_000, 8) == 12


@given(st.integers(2, 16), st.data())
def test_bisection_answers_all_but_the_poisonous(size: int, data: st.DataObject) -> None:
    """Each other item is answered exactly once, with at most 2 log2(n) calls for one poison."""
    poison = data.draw(st.sets(st.integers(0, size - 1), min_size=1, max_size=3))
    answered: list[int] = []
    failed: list[int] = []
    calls = 0
    left = [list(range(size))]
    while left:
        batch = left.pop()
        calls += 1
        if not poison & set(batch):
            answered += batch
        elif len(batch) == 1:
            failed += batch
        else:
            left += halves(batch)
    assert sorted(failed) == sorted(poison)
    assert sorted(answered + failed) == list(range(size))
    assert calls <= 1 + 2 * len(poison) * math.ceil(math.log2(size))


def test_only_what_an_item_can_bring_about_is_bisected() -> None:
    """A rate limit, an empty purse or a stopped canister would meet each half alike."""
    assert is_divisible({"BadReply": "x"})
    assert is_divisible({"ProviderError": {"status": 400, "detail": "x"}})
    assert not is_divisible({"ProviderError": {"status": 429, "detail": "x"}})
    assert not is_divisible({"Busy": {"retry_after_s": 1}})
    assert not is_divisible({"OutOfCycles": {"expected": 1, "received": 0}})


def test_a_batch_is_spoiled_only_if_all_failed_alike() -> None:
    """One answer, or another failure, shows that the items were told apart."""
    bad: Any = ({"Failed": {"refusal": {"BadReply": "x"}}}, None)
    other: Any = ({"Failed": {"refusal": {"BadReply": "y"}}}, None)
    busy: Any = ({"Failed": {"refusal": {"Busy": {"retry_after_s": 1}}}}, None)
    good: Any = ({"Inferred": {}}, None)
    lost: Any = (None, "reject")
    assert is_spoiled([bad, bad, bad])
    for replies in ([bad], [good, bad], [bad, good], [bad, other], [lost, lost], [busy, busy]):
        assert not is_spoiled(replies)
