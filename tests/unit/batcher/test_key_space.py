"""Owners of now and before, and what a cache that joins or leaves changes about them."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batcher_core.key_space import (
    JOINING,
    LEAVING,
    MOST_CACHES,
    SERVING,
    KeySpace,
    Leg,
    refuse_adding,
    refuse_removing,
)
from batcher_core.move_progress import Progress, advanced, arrived, pack_progress, unpack_progress
from tests.unit.batcher.moving_world import cache_name

DIGESTS = [hashlib.sha256(f"{number}".encode()).hexdigest() for number in range(3_000)]


def serving(count: int) -> dict[str, str]:
    """Make so many caches."""
    return {cache_name(number): SERVING for number in range(count)}


@pytest.mark.parametrize("count", [1, 2, 4, 9])
@pytest.mark.parametrize("state", [JOINING, LEAVING])
def test_only_the_share_of_the_one_that_changes_moves(count: int, state: str) -> None:
    """About one in so many keys, and each of them from it or to it."""
    changing = cache_name(99)
    space = KeySpace({**serving(count), changing: state})
    moving = [digest for digest in DIGESTS if space.former(digest) is not None]
    for digest in moving:
        ends = (space.former(digest), space.owner(digest))
        assert ends[state == JOINING] == changing
    settled = KeySpace(space.settled())
    assert all(settled.owner(digest) == space.owner(digest) for digest in DIGESTS)
    share = len(DIGESTS) / (count + 1)
    assert 0.85 * share < len(moving) < 1.15 * share


@settings(derandomize=True, max_examples=60)
@given(
    count=st.integers(1, 6),
    state=st.sampled_from([None, JOINING, LEAVING]),
    digest=st.sampled_from(DIGESTS),
)
def test_a_digest_has_one_owner_and_another_one_before_only_in_a_move(
    count: int, state: str | None, digest: str
) -> None:
    """The legs of the move lead from the one to the other."""
    caches = serving(count)
    if state is not None:
        caches[cache_name(99)] = state
    space = KeySpace(caches)
    owner, former = space.owner(digest), space.former(digest)
    assert owner in space.shards
    assert (former is None) or (state is not None and former in caches)
    assert space.is_moving == (state is not None)
    if former is not None:
        assert Leg(former, owner) in space.legs()
    assert len(space.legs()) == (count if state else 0)


def test_those_that_give_are_told_first() -> None:
    """What is removed at the source cannot come to the target behind its back."""
    first, second, third = (cache_name(number) for number in range(3))
    joining = KeySpace({third: JOINING, first: SERVING, second: SERVING})
    assert joining.in_order() == [*sorted([first, second]), third]
    leaving = KeySpace({first: SERVING, third: LEAVING})
    assert leaving.in_order() == [third, first]
    assert KeySpace({}).owner(DIGESTS[0]) == ""


def test_there_are_so_many_caches_at_most_and_one_at_least() -> None:
    """One that is leaving counts until it has left, but may be taken back."""
    many = serving(MOST_CACHES)
    assert "the most" in str(refuse_adding(many, "new"))
    leaving = {**many, cache_name(0): LEAVING}
    assert refuse_adding(leaving, cache_name(0)) is None
    assert "last" in str(refuse_removing(serving(1), cache_name(0)))
    assert "wait" in str(refuse_removing(leaving, cache_name(1)))


def test_progress_counts_what_arrived_and_offers_the_rest_again() -> None:
    """What no new owner will take is counted, and not offered for ever."""
    outcomes = ["imported", "present", "expired", "withheld", "refused: Busy", "damaged"]
    rows = [{"checksum": name} for name in (*outcomes, "no outcome")]
    assert arrived(rows, outcomes) == ["imported", "present", "expired", "damaged"]
    progress = advanced(Progress(7, 1, 2), outcomes)
    assert progress == Progress(7, 4, 3)
    assert unpack_progress(pack_progress(progress)) == progress
    assert unpack_progress("") == Progress()
