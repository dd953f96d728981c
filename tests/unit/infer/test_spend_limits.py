"""Limits on calls, tokens and cycles: windows of whole minutes and days."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infer_core.spend_limits import (
    MOST,
    NO_LIMITS,
    UNUSED,
    Limits,
    Used,
    called,
    in_window,
    pack_figures,
    refuse_limits,
    refuse_overuse,
    spent,
    unpack_limits,
    unpack_used,
)

DAY_NS = 86_400 * 10**9
MINUTE_NS = 60 * 10**9
START = 19_675 * DAY_NS

moves = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 2_000), st.integers(0, 10**9)), max_size=60
)


@given(moves=moves)
def test_the_calls_of_one_minute_never_exceed_the_limit(moves: list[tuple[int, int, int]]) -> None:
    """Against a plain count of the calls let through, minute by minute."""
    limits, used, now = Limits(calls_per_minute=3), UNUSED, START
    per_minute: dict[int, int] = {}
    for seconds, tokens, cycles in moves:
        now += seconds * 10**9
        if refuse_overuse(limits, used, now) is None:
            used = called(used, now)
            minute = now // MINUTE_NS
            per_minute[minute] = per_minute.get(minute, 0) + 1
        used = spent(used, now, tokens, cycles)
        assert unpack_used(pack_figures(used)) == used
    assert all(calls <= 3 for calls in per_minute.values())


@given(moves=moves)
def test_a_days_use_is_the_sum_of_its_calls(moves: list[tuple[int, int, int]]) -> None:
    """And begins anew at midnight."""
    used, now = UNUSED, START
    days: dict[int, list[int]] = {}
    for seconds, tokens, cycles in moves:
        now += seconds * 1_000 * 10**9
        used = spent(used, now, tokens, cycles)
        total = days.setdefault(now // DAY_NS, [0, 0])
        total[0] += tokens
        total[1] += cycles
        assert [used.tokens, used.cycles] == total


def test_a_full_window_is_refused_with_the_seconds_until_the_next() -> None:
    """Tokens and cycles by the day, calls by the minute; 0 limits nothing."""
    at = START + 100 * 10**9
    used = Used(at // MINUTE_NS, 5, at // DAY_NS, 1_000, 10)
    assert refuse_overuse(NO_LIMITS, used, at) is None
    assert refuse_overuse(Limits(6, 1_001, 11), used, at) is None
    assert refuse_overuse(Limits(calls_per_minute=5), used, at) == retry(20)
    assert refuse_overuse(Limits(tokens_per_day=1_000), used, at) == retry(86_300)
    assert refuse_overuse(Limits(cycles_per_day=9), used, at) == retry(86_300)
    assert refuse_overuse(Limits(5, 1_000, 9), used, at + DAY_NS) is None
    assert in_window(used, at + DAY_NS) == Used((at + DAY_NS) // MINUTE_NS, 0, at // DAY_NS + 1)


@pytest.mark.parametrize("name", Limits._fields)
def test_limits_out_of_bounds_are_refused_by_name(name: str) -> None:
    """Below nothing, or beyond all sense."""
    for value in (-1, MOST + 1):
        refusal: Any = refuse_limits({**NO_LIMITS._asdict(), name: value})
        assert name in refusal["BadRequest"]
    assert refuse_limits(Limits(1, MOST, 3)._asdict()) is None
    assert unpack_limits(pack_figures(Limits(1, 2, 3))) == Limits(1, 2, 3)


def retry(seconds: int) -> dict[str, Any]:
    """The refusal with that many seconds."""
    return {"RateLimited": {"retry_after_s": seconds}}
