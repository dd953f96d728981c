"""The circuit breaker: one table, and what it lets through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infer_core.failover import failover_order, well_again_s
from infer_core.provider_health import (
    CLOSED,
    EVENTS,
    HEALTHY,
    OPEN,
    PROBE_S,
    PROBING,
    STATES,
    TRANSITIONS,
    TRIPPING_FAILURES,
    Health,
    after_failure,
    after_limit,
    after_success,
    may_call,
    next_state,
    probed,
)
from refrain_core.transitions import IllegalTransitionError
from tests.unit.infer.providers import provider_named

if TYPE_CHECKING:
    from infer_core.provider_rules import Provider

NOW = 1_700_000_000 * 10**9
SECOND = 10**9


@given(state=st.sampled_from(STATES), event=st.sampled_from(EVENTS))
def test_no_unlisted_pair_is_accepted(state: str, event: str) -> None:
    """A pair is either in the table or an error."""
    if (state, event) in TRANSITIONS:
        assert next_state(state, event) in STATES
    else:
        with pytest.raises(IllegalTransitionError):
            next_state(state, event)


def test_every_state_is_reached_and_left() -> None:
    """From closed the table leads everywhere and back."""
    assert set(TRANSITIONS.values()) == set(STATES)
    assert {event for _, event in TRANSITIONS} == set(EVENTS)
    for state in (OPEN, PROBING):
        assert CLOSED in {after for (before, _), after in TRANSITIONS.items() if before == state}


steps = st.lists(
    st.tuples(
        st.sampled_from(["call", "success", "failure", "limit"]),
        st.integers(0, 200),
        st.integers(0, 60_000),
    ),
    max_size=40,
)


@given(steps=steps)
def test_whatever_happens_the_circuit_lets_a_call_through_again(
    steps: list[tuple[str, int, int]],
) -> None:
    """Replies come late, doubled or never; no history locks a provider out for ever."""
    health, now = HEALTHY, NOW
    for kind, seconds, wait_ms in steps:
        now += seconds * SECOND
        if kind == "call" and may_call(health, now):
            health = probed(health, now)
        elif kind == "success":
            health = after_success(health)
            assert health == HEALTHY
        elif kind == "failure":
            health = after_failure(health, now, wait_ms)
        elif kind == "limit":
            health = after_limit(health, now, wait_ms)
    assert may_call(health, now + (PROBE_S + 61) * SECOND)


def test_three_failures_in_a_row_open_it_and_one_probe_closes_it() -> None:
    """While it is open nothing goes out; while it is probed nothing more does."""
    health = HEALTHY
    for _ in range(TRIPPING_FAILURES - 1):
        health = after_failure(health, NOW, 4_000)
        assert may_call(health, NOW)
    health = after_failure(health, NOW, 4_000)
    assert not may_call(health, NOW + 3 * SECOND)
    later = NOW + 4 * SECOND
    assert may_call(health, later)
    probing = probed(health, later)
    assert not may_call(probing, later + SECOND)
    assert may_call(probing, later + PROBE_S * SECOND)
    assert after_success(probing) == HEALTHY
    assert after_failure(probing, later, 8_000).state == OPEN


def test_a_limited_provider_is_left_alone_for_as_long_as_it_says() -> None:
    """At once, not only after the third time."""
    health = after_limit(HEALTHY, NOW, 20_000)
    assert not may_call(health, NOW + 19 * SECOND)
    assert may_call(health, NOW + 20 * SECOND)


def test_the_well_are_asked_before_those_that_a_probe_is_due_for() -> None:
    """Open circuits are left out, and so is who was tried; the order is otherwise kept."""
    a, b, c, d = [provider_named(name) for name in "abcd"]
    healths = {
        "a": Health(OPEN, 3, NOW - 1),
        "c": Health(OPEN, 3, NOW + 5 * SECOND),
        "d": HEALTHY,
    }
    everybody: list[Provider] = [a, b, c, d]
    assert failover_order(everybody, healths, NOW, frozenset()) == [b, d, a]
    assert failover_order(everybody, healths, NOW, frozenset("b")) == [d, a]
    assert well_again_s([c], healths, NOW) == 5
    assert well_again_s([], healths, NOW) == 1


@given(
    untils=st.lists(st.integers(-(10**11), 10**11), min_size=1, max_size=6),
    states=st.lists(st.sampled_from(STATES), min_size=6, max_size=6),
)
def test_the_order_holds_each_callable_provider_once(untils: list[int], states: list[str]) -> None:
    """No provider is asked that may not be called, and none that may is forgotten."""
    serving = [provider_named(f"p{number}") for number in range(len(untils))]
    healths = {
        one.name: Health(state, 1, NOW + until)
        for one, state, until in zip(serving, states, untils)  # noqa: B905 - the shorter one counts
    }
    order = failover_order(serving, healths, NOW, frozenset())
    assert len(set(order)) == len(order)
    assert set(order) == {one for one in serving if may_call(healths[one.name], NOW)}
    closed = [healths[one.name].state == CLOSED for one in order]
    assert closed == sorted(closed, reverse=True)
