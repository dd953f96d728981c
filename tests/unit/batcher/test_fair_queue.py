"""Deficit round robin: nobody is lost, nobody is passed over for long, work is shared equally."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from batcher_core.fair_queue import AGING_NS, HIGH, LOW, NORMAL, FairQueue, Waiting

TENANTS = ("ann", "bob", "cy")
NEVER_NS = 1 << 62
ENTRIES = st.lists(
    st.tuples(st.sampled_from(TENANTS), st.sampled_from([HIGH, NORMAL, LOW]), st.integers(1, 4_096))
)


def _one(number: int, tenant: str, priority: int = NORMAL, tokens: int = 100) -> Waiting:
    return Waiting(number, tenant, priority, tokens, number, NEVER_NS)


def _filled(entries: list[tuple[str, int, int]]) -> FairQueue:
    queue = FairQueue()
    for number, (tenant, priority, tokens) in enumerate(entries):
        queue.enter(_one(number, tenant, priority, tokens))
    return queue


@given(ENTRIES, st.integers(1, 16))
def test_each_goes_out_exactly_once(entries: list[tuple[str, int, int]], most: int) -> None:
    """Taken in batches of any size, all who entered come out, and the queue knows how many wait."""
    queue = _filled(entries)
    numbers: list[int] = []
    while len(queue):
        taken = queue.take(most, len(entries))
        assert 1 <= len(taken) <= most
        numbers += [one.number for one in taken]
        assert len(queue) == len(queue.waiting()) == len(entries) - len(numbers)
    assert sorted(numbers) == list(range(len(entries)))


@given(ENTRIES)
def test_a_tenants_own_go_by_level_and_then_by_arrival(
    entries: list[tuple[str, int, int]],
) -> None:
    """Before anybody ages, each tenant's requests leave in the order of level and arrival."""
    taken = _filled(entries).take(len(entries), len(entries))
    for tenant in TENANTS:
        mine = [one for one in taken if one.tenant == tenant]
        assert mine == sorted(mine, key=lambda one: (one.priority, one.number))


@given(st.lists(st.integers(1, 4_096), min_size=40, max_size=40), st.integers(1, 30))
def test_tenants_that_all_wait_get_equal_work(sizes: list[int], turns: int) -> None:
    """While two wait, their work differs by less than the largest request of each and a turn."""
    queue = FairQueue()
    for number in range(40):
        queue.enter(_one(number, TENANTS[number % 2], tokens=sizes[number]))
    done = dict.fromkeys(TENANTS, 0)
    for one in queue.take(turns, 40):
        done[one.tenant] += one.tokens
    if {one.tenant for one in queue.waiting()} == set(TENANTS[:2]):
        assert abs(done["ann"] - done["bob"]) <= 2 * (max(sizes) + 512)


def test_one_request_among_a_thousand_of_another_goes_next() -> None:
    """A newcomer of ordinary size is in the next batch, however long another's row is."""
    queue = FairQueue()
    for number in range(1_000):
        queue.enter(_one(number, "ann", tokens=400))
    queue.enter(_one(1_000, "bob", tokens=400))
    assert "bob" in {one.tenant for one in queue.take(4, 1_000)}


def test_high_priority_weighs_turns_and_starves_nobody() -> None:
    """A tenant whose requests are all of high priority goes twice as often as a normal one."""
    queue = FairQueue()
    for number in range(600):
        queue.enter(_one(number, "ann", HIGH, tokens=1_000))
        queue.enter(_one(1_000 + number, "bob", NORMAL, tokens=1_000))
    taken = [one.tenant for one in queue.take(300, 600)]
    assert 190 <= taken.count("ann") <= 210


def test_a_low_request_ages_past_the_high_ones_that_came_later() -> None:
    """Two levels of age bring it to the front of its own tenant's row."""
    queue = FairQueue()
    queue.enter(_one(0, "ann", LOW))
    now_ns = 2 * AGING_NS
    queue.enter(Waiting(1, "ann", HIGH, 100, now_ns - 1, NEVER_NS))
    assert [one.number for one in queue.take(1, now_ns - 1)] == [1]
    queue.enter(Waiting(2, "ann", HIGH, 100, now_ns, NEVER_NS))
    assert [one.number for one in queue.take(1, now_ns)] == [0]


@given(ENTRIES, st.integers(0, 40))
def test_who_is_dropped_does_not_go(entries: list[tuple[str, int, int]], number: int) -> None:
    """Exactly the one of that number leaves, if it waits at all."""
    queue = _filled(entries)
    dropped = queue.drop(number)
    assert (dropped is not None) == (number < len(entries))
    left = {one.number for one in queue.take(len(entries), len(entries))}
    assert left == set(range(len(entries))) - {number}


def test_the_overdue_are_taken_out_and_nobody_else() -> None:
    """At its deadline one is overdue."""
    queue = FairQueue()
    for number in range(6):
        queue.enter(Waiting(number, TENANTS[number % 3], NORMAL, 100, number, 10 + number))
    assert sorted(one.number for one in queue.overdue(12)) == [0, 1, 2]
    assert sorted(one.number for one in queue.waiting()) == [3, 4, 5]
