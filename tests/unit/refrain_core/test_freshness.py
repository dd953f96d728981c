"""The decision about a stored answer, against a slow model and at every boundary."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refrain_core.cache_control import NO_DIRECTIVES, Directives
from refrain_core.freshness import (
    EXPIRED,
    FRESH,
    LESS_TRUSTED,
    MISS_REASONS,
    NO_CACHE,
    OLDER_THAN_MAX_AGE,
    STALE,
    STALE_IF_ERROR,
    decide,
    is_worth_storing,
    kept_for_s,
    ttl_left_s,
)

SECOND = 1_000_000_000
STORED = 1_700_000_000 * SECOND


class Stored(NamedTuple):
    """A stored answer's age and trust."""

    stored_at_ns: int
    expires_at_ns: int
    keep_until_ns: int
    trust: str = "replicated"


def stored(ttl_s: int, kept_s: int = 0, trust: str = "replicated") -> Stored:
    """Make an answer stored at `STORED`, kept for so long after its freshness."""
    expires_at_ns = STORED + ttl_s * SECOND
    return Stored(STORED, expires_at_ns, expires_at_ns + kept_s * SECOND, trust)


def modelled(answer: Stored, asked: Directives, now_ns: int) -> str:
    """Decide as the slow model does: it serves stale what would have been fresh a window ago."""

    def is_fresh(at_ns: int) -> bool:
        age_ns = at_ns - answer.stored_at_ns
        young = asked.max_age_s is None or age_ns <= asked.max_age_s * SECOND
        return young and at_ns < answer.expires_at_ns

    def was_fresh(window_s: int | None) -> bool:
        if window_s is None or now_ns >= answer.keep_until_ns:
            return False
        return is_fresh(now_ns - window_s * SECOND)

    now_ns = max(answer.stored_at_ns, now_ns)
    if asked.least_trust == "onchain":
        return LESS_TRUSTED
    if is_fresh(now_ns) and not asked.no_cache:
        return FRESH
    if was_fresh(asked.stale_while_revalidate_s) and not asked.no_cache:
        return STALE
    if was_fresh(asked.stale_if_error_s):
        return STALE_IF_ERROR
    if asked.no_cache:
        return NO_CACHE
    return EXPIRED if now_ns >= answer.expires_at_ns else OLDER_THAN_MAX_AGE


def test_the_table_is_the_slow_models() -> None:
    """Every combination of directives, at each boundary and one nanosecond beside it."""
    instants = [at * SECOND + off for at in (-9, *range(15)) for off in (-1, 0, 1)]
    seen = set()
    cases = product(
        (0, 5), (0, 3, 9), (None, 0, 3), (None, 0, 3), (None, 0, 2, 9), (False, True), (False, True)
    )
    for ttl_s, kept_s, revalidate_s, error_s, max_age_s, no_cache, distrusts in cases:
        answer = stored(ttl_s, kept_s)
        asked = Directives(
            max_age_s=max_age_s,
            stale_while_revalidate_s=revalidate_s,
            stale_if_error_s=error_s,
            no_cache=no_cache,
            least_trust="onchain" if distrusts else "single_node",
        )
        for instant in instants:
            decision = decide(answer, asked, STORED + instant)
            assert decision == modelled(answer, asked, STORED + instant), (asked, instant)
            seen.add(decision)
    assert seen == {FRESH, STALE, STALE_IF_ERROR, *MISS_REASONS}


@given(
    st.integers(0, 20),
    st.integers(0, 20),
    st.builds(
        Directives,
        max_age_s=st.none() | st.integers(0, 30),
        stale_while_revalidate_s=st.none() | st.integers(0, 30),
        stale_if_error_s=st.none() | st.integers(0, 30),
        no_cache=st.booleans(),
        least_trust=st.sampled_from([None, "replicated", "onchain"]),
    ),
    st.integers(-5 * SECOND, 60 * SECOND),
)
def test_any_instant_is_decided_as_by_the_slow_model(
    ttl_s: int, kept_s: int, asked: Directives, instant_ns: int
) -> None:
    """Between the boundaries too."""
    answer = stored(ttl_s, kept_s)
    assert decide(answer, asked, STORED + instant_ns) == modelled(
        answer, asked, STORED + instant_ns
    )


def test_an_answer_is_not_fresh_at_its_expiry() -> None:
    """One nanosecond before, it is."""
    answer = stored(60)
    for nothing_asked in (NO_DIRECTIVES, Directives()):
        assert decide(answer, nothing_asked, answer.expires_at_ns - 1) == FRESH
        assert decide(answer, nothing_asked, answer.expires_at_ns) == EXPIRED


def test_an_answer_as_old_as_max_age_still_serves() -> None:
    """One nanosecond later it does not; that is RFC 9111's less or equal."""
    asked = Directives(max_age_s=10)
    assert decide(stored(60), asked, STORED + 10 * SECOND) == FRESH
    assert decide(stored(60), asked, STORED + 10 * SECOND + 1) == OLDER_THAN_MAX_AGE


def test_stale_windows_are_the_askers_and_end_with_the_keeping() -> None:
    """Who states no window gets nothing stale; what is no longer kept serves nobody."""
    answer = stored(60, kept_s=30)
    asked = Directives(stale_while_revalidate_s=300)
    assert decide(answer, NO_DIRECTIVES, answer.expires_at_ns) == EXPIRED
    assert decide(answer, asked, answer.keep_until_ns - 1) == STALE
    assert decide(answer, asked, answer.keep_until_ns) == EXPIRED


def test_max_age_opens_the_stale_windows_early() -> None:
    """An answer that is fresh, but too old for its asker, is stale for that asker."""
    asked = Directives(max_age_s=10, stale_while_revalidate_s=5, stale_if_error_s=20)
    ages = [10, 11, 15, 16, 30, 31]
    assert [decide(stored(60), asked, STORED + age * SECOND) for age in ages] == [
        *(FRESH, STALE, STALE, STALE_IF_ERROR, STALE_IF_ERROR, OLDER_THAN_MAX_AGE)
    ]


def test_no_cache_takes_even_a_fresh_answer_only_if_the_model_fails() -> None:
    """With stale-if-error the stored answer is the net; without it there is none."""
    now_ns = STORED + SECOND
    assert decide(stored(60), Directives(no_cache=True), now_ns) == NO_CACHE
    with_net = Directives(no_cache=True, stale_while_revalidate_s=60, stale_if_error_s=0)
    assert decide(stored(60), with_net, now_ns) == STALE_IF_ERROR


def test_too_little_trust_serves_nobody() -> None:
    """Neither fresh nor stale, not even when the model fails."""
    asked = Directives(stale_if_error_s=60, least_trust="quorum 2/3")
    assert decide(stored(60, trust="replicated"), asked, STORED) == LESS_TRUSTED
    assert decide(stored(60, trust="quorum 2/3"), asked, STORED) == FRESH
    assert decide(stored(60, trust="no label"), asked, STORED) == LESS_TRUSTED


@pytest.mark.parametrize("now_ns", [STORED, STORED - 1, STORED - 10**6 * SECOND, 0])
def test_a_clock_that_stands_or_goes_back_makes_nothing_younger_than_new(now_ns: int) -> None:
    """Age is never below zero, freshness never above the lifetime, and ttl 0 never fresh."""
    assert decide(stored(60), Directives(max_age_s=0), now_ns) == FRESH
    for nothing_asked in (NO_DIRECTIVES, Directives()):
        assert decide(stored(0), nothing_asked, now_ns) == EXPIRED
        assert decide(stored(60), nothing_asked, now_ns) == FRESH
    assert decide(stored(0, 5), Directives(stale_while_revalidate_s=1), now_ns) == STALE
    assert ttl_left_s(stored(60), now_ns) == 60


def test_the_time_left_counts_whole_seconds_and_goes_below_zero() -> None:
    """A stale answer's is negative, from its first instant on not above zero."""
    answer = stored(60)
    instants = [0, 1, 60 * SECOND - 1, 60 * SECOND, 60 * SECOND + 1, 65 * SECOND]
    assert [ttl_left_s(answer, STORED + at) for at in instants] == [60, 59, 0, 0, -1, -5]


def test_an_answer_is_kept_for_the_longer_of_its_windows() -> None:
    """Both count from the end of its freshness."""
    assert kept_for_s(60, NO_DIRECTIVES) == 60
    both = Directives(stale_while_revalidate_s=10, stale_if_error_s=30)
    assert kept_for_s(60, both) == 90


@pytest.mark.parametrize(
    ("directives", "is_worth"),
    [
        (NO_DIRECTIVES, True),
        (Directives(no_store=True, ttl_s=60), False),
        (Directives(ttl_s=0), False),
        (Directives(ttl_s=0, stale_if_error_s=0), False),
        (Directives(ttl_s=0, stale_if_error_s=1), True),
        (Directives(ttl_s=1), True),
    ],
)
def test_what_nobody_could_be_served_is_not_worth_storing(
    directives: Directives, *, is_worth: bool
) -> None:
    """A lifetime of zero needs a stale window; no-store stores nothing."""
    assert is_worth_storing(directives) == is_worth
