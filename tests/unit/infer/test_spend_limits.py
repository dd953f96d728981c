"""Limits on calls and cycles: windows of whole minutes and days."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infer_core.spend_limits import (
    MOST,
    MOST_LIMITED,
    NO_LIMITS,
    UNUSED,
    Limits,
    Used,
    counted,
    in_window,
    overuse_s,
    pack_limits,
    refuse_limits,
    unpack_limits,
)

DAY_NS = 86_400 * 10**9
MINUTE_NS = 60 * 10**9
START = 19_675 * DAY_NS

moves = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 10**9)), max_size=60)
subjects = st.text("abc/.-_09", min_size=1, max_size=64)
limits_kept = st.builds(Limits, st.integers(0, MOST), st.integers(0, MOST))


@given(moves=moves)
def test_the_calls_of_one_minute_never_exceed_the_limit(moves: list[tuple[int, int]]) -> None:
    """Against a plain count of the calls let through, minute by minute."""
    limits, used, now = Limits(calls_per_minute=3), UNUSED, START
    per_minute: dict[int, int] = {}
    for seconds, cycles in moves:
        now += seconds * 10**9
        minute = now // MINUTE_NS
        is_full = per_minute.get(minute, 0) == 3
        assert (overuse_s(limits, used, now) > 0) == is_full
        if not is_full:
            used = counted(used, now, cycles)
            per_minute[minute] = per_minute.get(minute, 0) + 1


@given(moves=moves)
def test_a_day_exceeds_its_cycles_by_less_than_its_last_call(moves: list[tuple[int, int]]) -> None:
    """Against a plain sum; and begins anew at midnight."""
    limits, used, now = Limits(cycles_per_day=10**9), UNUSED, START
    days: dict[int, int] = {}
    for seconds, cycles in moves:
        now += seconds * 1_000 * 10**9
        day = now // DAY_NS
        is_spent = days.get(day, 0) >= 10**9
        assert (overuse_s(limits, used, now) > 0) == is_spent
        if not is_spent:
            used = counted(used, now, cycles)
            days[day] = days.get(day, 0) + cycles
            assert used.cycles == days[day]


@given(moves=moves)
def test_whoever_waits_as_told_is_let_through(moves: list[tuple[int, int]]) -> None:
    """One window after the other: the time told is that of the longer one."""
    limits, used, now = Limits(2, 10**9), UNUSED, START
    for seconds, cycles in moves:
        now += seconds * 10**9
        used = counted(used, now, cycles)
        assert overuse_s(limits, used, now + overuse_s(limits, used, now) * 10**9) == 0


def test_a_full_window_tells_the_seconds_until_the_next() -> None:
    """Cycles by the day, calls by the minute; 0 limits nothing."""
    at = START + 100 * 10**9
    used = Used(at // MINUTE_NS, 5, at // DAY_NS, 10)
    assert overuse_s(NO_LIMITS, used, at) == 0
    assert overuse_s(Limits(6, 11), used, at) == 0
    assert overuse_s(Limits(calls_per_minute=5), used, at) == 20
    assert overuse_s(Limits(5, 9), used, at) == 86_300
    assert overuse_s(Limits(5, 9), used, at + DAY_NS) == 0
    assert in_window(used, at + DAY_NS) == Used((at + DAY_NS) // MINUTE_NS, 0, at // DAY_NS + 1)


@pytest.mark.parametrize("name", Limits._fields)
def test_limits_out_of_bounds_are_refused_by_name(name: str) -> None:
    """Below nothing, or beyond all sense."""
    for value in (-1, MOST + 1):
        refusal: Any = refuse_limits({**NO_LIMITS._asdict(), name: value})
        assert name in refusal["BadRequest"]
    assert refuse_limits(Limits(1, MOST)._asdict()) is None


@given(limits_of=st.dictionaries(subjects, limits_kept, max_size=8))
def test_limits_are_read_as_they_were_written(limits_of: dict[str, Limits]) -> None:
    """None of them too."""
    assert unpack_limits(pack_limits(limits_of)) == limits_of


def test_as_many_limits_as_may_be_fit_into_their_setting() -> None:
    """Of the longest names, as high as may be, beside Candid's 12 bytes."""
    longest = {f"provider/{number:064}": Limits(MOST, MOST) for number in range(MOST_LIMITED)}
    assert len(pack_limits(longest)) <= 8_000 - 12
