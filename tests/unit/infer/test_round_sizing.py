"""A round ends inside the wall: sized by what the provider was seen to do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infer_core.round_sizing import (
    FEWEST_TOKENS,
    FIRST_ROUND_TOKENS,
    TARGET_MS,
    WALL_MS,
    measured_rate,
    rate_after_timeout,
    round_limit,
    round_tokens,
)
from infer_core.work_budgets import Budgets

SLOWEST_MILLI = FEWEST_TOKENS * 1_000_000 // WALL_MS + 1
"""A provider slower than this misses the wall with the smallest round."""

rates = st.integers(SLOWEST_MILLI, 1_000_000)


def spoken_ms(rate_milli: int, tokens: int) -> int:
    """How long a provider of that rate takes."""
    return tokens * 1_000_000 // rate_milli


@given(rate_milli=rates, most=st.integers(1, 4_096))
def test_a_round_of_a_measured_provider_ends_within_the_target(rate_milli: int, most: int) -> None:
    """Within two thirds of the wall, or it is the smallest round there is."""
    tokens = round_tokens(rate_milli, most)
    assert 1 <= tokens <= most
    assert tokens <= FEWEST_TOKENS or spoken_ms(rate_milli, tokens) <= TARGET_MS


@given(rate_milli=rates)
def test_from_the_second_round_on_a_steady_provider_never_meets_the_wall(rate_milli: int) -> None:
    """Whatever came of the first: a timeout cuts it to a third, a reply measures it."""
    known, timeouts = 0, 0
    for _ in range(12):
        tokens = round_tokens(known, 512)
        took_ms = spoken_ms(rate_milli, tokens)
        if took_ms > WALL_MS:
            timeouts += 1
            known = rate_after_timeout(known, tokens)
        else:
            known = measured_rate(known, tokens, took_ms)
    assert timeouts <= 3
    assert spoken_ms(rate_milli, round_tokens(known, 512)) <= WALL_MS


@given(tokens=st.integers(FEWEST_TOKENS, 4_096), known=st.integers(0, 1_000_000))
def test_after_a_timeout_the_next_round_is_at_most_a_third(tokens: int, known: int) -> None:
    """Or the smallest round."""
    after = round_tokens(rate_after_timeout(known, tokens), 4_096)
    assert after <= max(FEWEST_TOKENS, tokens // 3)


@pytest.mark.parametrize(
    ("known", "tokens", "elapsed_ms", "expected"),
    [
        (0, 100, 10_000, 10_000),
        (10_000, 100, 20_000, 5_000),
        (10_000, 100, 5_000, 12_500),
        (10_000, 15, 60_000, 10_000),
        (10_000, 100, 0, 10_000),
        (0, 16, 10**9, 1),
    ],
)
def test_slower_counts_at_once_and_faster_by_a_quarter(
    known: int, tokens: int, elapsed_ms: int, expected: int
) -> None:
    """A short reply, or one that took no time, says nothing of the speed."""
    assert measured_rate(known, tokens, elapsed_ms) == expected


def test_an_unmeasured_provider_gets_the_safe_first_round() -> None:
    """Unless its own limit, the budget's or the caller's is lower."""
    assert round_tokens(0, 512) == FIRST_ROUND_TOKENS
    assert round_tokens(0, 64) == 64
    assert round_limit(Budgets(), 4_096, 0) == FIRST_ROUND_TOKENS
    assert round_limit(Budgets(), 4_096, 1_000_000) == Budgets().round_tokens
    assert round_limit(Budgets(), 100, 1_000_000) == 100
