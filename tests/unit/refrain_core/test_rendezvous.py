"""Rendezvous hashing: one owner, even shares, and no move that need not be."""

from __future__ import annotations

from collections import Counter

import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from refrain_core.fingerprint import digest_of, short_key
from refrain_core.rendezvous import MOST_SHARDS, ShardRing

NAMES = [f"shard-{number}" for number in range(MOST_SHARDS + 1)]
KEYS = [short_key(digest_of(f"prompt {number}")) for number in range(3_000)]
WORD = 2**64 - 1

keys = st.integers(0, WORD).map(lambda word: f"{word:016x}")
rings = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=9, unique=True)


def score(shard: str, key: str) -> int:
    """One shard's score, mixed alone, its seed by the xxhash package."""
    mixed = xxhash.xxh64_intdigest(shard.encode()) ^ int(key, 16)
    mixed = (mixed ^ mixed >> 33) * 0xC2B2AE3D27D4EB4F & WORD
    mixed = (mixed ^ mixed >> 29) * 0x165667B19E3779F9 & WORD
    return mixed ^ mixed >> 32


@given(rings, keys)
def test_packed_lanes_score_as_single_ones(shards: list[str], key: str) -> None:
    """The ranking by one large integer is that of scores taken one by one."""
    ranked = sorted(sorted(shards), key=lambda shard: -score(shard, key))
    ring = ShardRing(shards)
    assert ring.ranked(key) == ranked
    assert ring.owner(key) == ranked[0]


@given(rings, keys, st.randoms(use_true_random=False))
def test_the_order_in_which_shards_are_named_is_nothing(
    shards: list[str], key: str, random: object
) -> None:
    """Two clients that learnt the shards in other orders agree on the owner."""
    shuffled = list(shards)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis' Random
    assert ShardRing(shuffled).owner(key) == ShardRing(shards).owner(key)


@pytest.mark.parametrize("count", [2, 3, 8])
def test_shares_are_even(count: int) -> None:
    """Each of n shards owns one n-th, within five standard deviations."""
    ring = ShardRing(NAMES[:count])
    owners = Counter(ring.owner(key) for key in KEYS)
    fair = len(KEYS) / count
    deviation = (fair * (1 - 1 / count)) ** 0.5
    assert all(abs(owners[shard] - fair) < 5 * deviation for shard in ring.shards)


@pytest.mark.parametrize("count", [1, 3, 8])
def test_a_new_shard_takes_its_share_and_moves_nothing_else(count: int) -> None:
    """Keys move to the shard that joined, about one n-th of them, and to no other."""
    before, after = ShardRing(NAMES[:count]), ShardRing(NAMES[: count + 1])
    moved = [key for key in KEYS if before.owner(key) != after.owner(key)]
    assert {after.owner(key) for key in moved} == {NAMES[count]}
    share = len(KEYS) / (count + 1)
    assert abs(len(moved) - share) < 5 * share**0.5


@given(rings, keys)
def test_without_its_owner_a_key_falls_to_the_next_in_rank(shards: list[str], key: str) -> None:
    """Rank two is who owns the key when the owner leaves."""
    ranked = ShardRing(shards).ranked(key)
    if len(ranked) > 1:
        assert ShardRing(ranked[1:]).owner(key) == ranked[1]


@pytest.mark.parametrize("shards", [[], ["a", "a"], NAMES])
def test_a_ring_that_cannot_be_is_refused(shards: list[str]) -> None:
    """None, twins, and one more than the most are refused."""
    with pytest.raises(ValueError, match="each once"):
        ShardRing(shards)
