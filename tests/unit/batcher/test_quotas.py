"""Quotas' windows and holds: never more than the limit, whatever the clock and the calls do."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from batcher_core.quotas import DAY_NS, HOUR_NS, Limits, Quotas, WindowCounts, refuse_models

TENANTS = ("alice", "bob")
STEPS = st.lists(
    st.tuples(st.sampled_from(TENANTS), st.integers(0, HOUR_NS // 2)), min_size=1, max_size=80
)
CALLS = st.lists(
    st.tuples(
        st.sampled_from(TENANTS),
        st.sampled_from(["open", "draw", "release"]),
        st.integers(0, 60),
        st.sampled_from([0, 1, HOUR_NS, DAY_NS // 2]),
    ),
    max_size=80,
)


def admitted(quotas: Quotas, tenant: str, limits: Limits, now_ns: int) -> bool:
    """Make a request, if the quota lets it."""
    refusal = quotas.refuse_request(tenant, limits, now_ns)
    if refusal is None:
        quotas.requests.add(tenant, 1, now_ns)
    return refusal is None


@settings(derandomize=True, deadline=None)
@given(steps=STEPS, most=st.integers(0, 5))
def test_an_hour_of_the_clock_has_never_more_than_its_limit(
    steps: list[tuple[str, int]], most: int
) -> None:
    """Nor fewer: a tenant is refused only once its own hour is used up."""
    quotas, now_ns = Quotas(), 7 * DAY_NS
    made: Counter[tuple[str, int]] = Counter()
    for tenant, passed_ns in steps:
        now_ns += passed_ns
        hour = (tenant, now_ns // HOUR_NS)
        assert admitted(quotas, tenant, Limits(requests=most), now_ns) == (made[hour] < most)
        made[hour] = min(most, made[hour] + 1)
    assert len(quotas.requests) <= len(TENANTS)


@settings(derandomize=True, deadline=None)
@given(steps=st.lists(st.integers(-2, 2), max_size=60), most=st.integers(1, 3))
def test_a_clock_that_goes_back_opens_no_window_again(steps: list[int], most: int) -> None:
    """What was admitted is at most the limit for each window that was the latest so far."""
    quotas, hour, latest, made = Quotas(), 1_000, 1_000, Counter[int]()
    for step in [0, *steps]:
        hour += step
        latest = max(latest, hour)
        made[latest] += admitted(quotas, "alice", Limits(requests=most), hour * HOUR_NS)
    assert all(count <= most for count in made.values())


@settings(derandomize=True, deadline=None)
@given(calls=CALLS, most=st.integers(1, 100))
def test_a_day_never_holds_and_costs_more_than_its_limit(
    calls: list[tuple[str, str, int, int]], most: int
) -> None:
    """Calls cost at most what is held for them; each counts for the day on which it began."""
    quotas, now_ns, token = Quotas(), 7 * DAY_NS, 0
    out: dict[int, list[Any]] = {}
    costs: Counter[tuple[str, int]] = Counter()
    for tenant, step, cycles, passed_ns in calls:
        now_ns += passed_ns
        if step == "open":
            if quotas.refuse_cost(tenant, Limits(cycles=most), cycles, now_ns) is None:
                token += 1
                quotas.hold(token, tenant, cycles, now_ns)
                out[token] = [cycles, (tenant, now_ns // DAY_NS)]
                costs[tenant, now_ns // DAY_NS] += cycles
        elif out:
            last = max(out)
            left, day = out[last]
            spent = min(cycles, left)
            if step == "draw":
                quotas.draw(last, spent)
                out[last][0] -= spent
            else:
                quotas.release(last, spent)
                costs[day] -= left - spent
                del out[last]
        assert all(count <= most for count in costs.values())
        for one in TENANTS:
            assert quotas.cycles.used(one, now_ns) == costs[one, now_ns // DAY_NS]


def test_a_clock_that_stands_still_gives_nothing_anew() -> None:
    """The limit is for the whole time that it stands."""
    quotas = Quotas()
    limits = Limits(requests=3)
    assert [admitted(quotas, "alice", limits, HOUR_NS) for _ in range(9)] == [True] * 3 + [
        False
    ] * 6


def test_refusals_say_when_the_window_ends() -> None:
    """In seconds, rounded up; nought is never, and says who raises it."""
    quotas = Quotas()
    quotas.requests.add("alice", 1, HOUR_NS)
    refused = quotas.refuse_request("alice", Limits(requests=1), HOUR_NS + 1)
    assert refused == {"RateLimited": {"retry_after_s": 3_600}}
    refused = quotas.refuse_request("alice", Limits(requests=1), 2 * HOUR_NS - 1)
    assert refused == {"RateLimited": {"retry_after_s": 1}}
    assert "NotAllowed" in (quotas.refuse_request("bob", Limits(requests=0), HOUR_NS) or {})
    quotas.cycles.add("alice", 60, DAY_NS)
    refused = quotas.refuse_cost("alice", Limits(cycles=99), 40, DAY_NS)
    assert refused == {"RateLimited": {"retry_after_s": 86_400}}
    never = quotas.refuse_cost("alice", Limits(cycles=99), 100, DAY_NS) or {}
    assert "your quota is 99 a day" in never["NotAllowed"]
    assert quotas.refuse_cost("alice", Limits(cycles=0), 0, DAY_NS) is None


def test_a_call_that_costs_more_than_was_held_counts_whole() -> None:
    """The owner may pay for further rounds of a sponsored answer: they count."""
    quotas = Quotas()
    quotas.hold(1, "alice", 10, DAY_NS)
    quotas.draw(1, 8)
    quotas.release(1, 7)
    assert quotas.cycles.used("alice", DAY_NS) == 15
    quotas.release(1, 7)
    assert quotas.cycles.used("alice", DAY_NS) == 15


def test_idle_tenants_and_lost_holds_are_forgotten() -> None:
    """With the window in which they were counted, so that the heap stays bounded."""
    quotas = Quotas()
    for number in range(50):
        quotas.hold(number, f"tenant {number}", 10, DAY_NS)
    quotas.sweep(DAY_NS)
    assert len(quotas.cycles) == 50
    quotas.sweep(2 * DAY_NS)
    assert len(quotas.cycles) == 0
    quotas.release(7, 3)
    assert quotas.cycles.used("tenant 7", 2 * DAY_NS) == 0


def test_windows_end_by_the_clock() -> None:
    """All at once, whoever is counted in them."""
    counts = WindowCounts(HOUR_NS)
    assert counts.ends_ns(HOUR_NS + 5) == 2 * HOUR_NS
    assert counts.ends_ns(2 * HOUR_NS) == 3 * HOUR_NS


def test_models_are_allowed_by_whole_and_by_bare_names() -> None:
    """A bare name allows all its versions; the refusal names what is allowed."""
    limits = Limits(models=("smol", "big@r1:q8"))
    assert refuse_models(limits, ["smol@r1:q8", "smol@r2:q4", "big@r1:q8"]) is None
    refused = refuse_models(limits, ["smol@r1:q8", "big@r2:q8"]) or {}
    assert refused["NotAllowed"] == "you may not ask big@r2:q8: ask one of smol, big@r1:q8"
    assert refuse_models(Limits(), ["anything@r1:q8"]) is None
