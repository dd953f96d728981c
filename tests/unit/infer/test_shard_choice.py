"""Which provider and shard serve a call, and when a busy caller may come back."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from infer_core.provider_rules import Provider
from infer_core.shard_choice import (
    candidates,
    choose,
    count_held,
    expired,
    lease_keys,
    next_token,
    retry_after_s,
)
from refrain_core.leases import Lease

SECOND = 1_000_000_000
NOW = 1_000 * SECOND


def provider(name: str, *shard_ids: str, model: str = "m@1:Q4") -> Provider:
    """Make a provider of which only name, model and shards matter."""
    return Provider(name, "https://x.example", model, "m", "non_replicated", "", 512, shard_ids)


def lease_for(seconds: int) -> Lease:
    """Make a lease that ends so many seconds from now."""
    return Lease(1, NOW + seconds * SECOND)


def test_samples_turn_over_the_providers_of_their_model() -> None:
    """Each sample begins with another provider; other models' providers are left out."""
    known = [provider("b", "s"), provider("a", "s"), provider("c", "s", model="other@1:Q4")]
    names = [[p.name for p in candidates(known, "m@1:Q4", sample)] for sample in range(3)]
    assert names == [["a", "b"], ["b", "a"], ["a", "b"]]
    assert candidates(known, "none@1:Q4", 5) == []


def test_the_first_free_shard_is_chosen() -> None:
    """A held shard is passed over, within a provider and between providers."""
    serving = [provider("a", "s0", "s1"), provider("b", "s0")]
    chosen = choose(serving, {"a/s0": lease_for(5)}, NOW)
    assert chosen is not None
    assert (chosen.provider.name, chosen.keys) == ("a", ("a/s1",))
    chosen = choose(serving, {"a/s0": lease_for(5), "a/s1": lease_for(5)}, NOW)
    assert chosen is not None
    assert chosen.keys == ("b/s0",)


def test_an_expired_lease_is_free() -> None:
    """A lease ends at its deadline, whether or not somebody swept it."""
    chosen = choose([provider("a", "s")], {"a/s": lease_for(0)}, NOW)
    assert chosen is not None


def test_joined_parts_are_free_only_together() -> None:
    """A shard of several weight parts needs all of them."""
    serving = [provider("a", "p0+p1", "p1+p2", "p3")]
    chosen = choose(serving, {"a/p1": lease_for(5)}, NOW)
    assert chosen is not None
    assert chosen.keys == ("a/p3",)
    assert lease_keys(serving[0]) == {"a/p0", "a/p1", "a/p2", "a/p3"}


def test_a_busy_caller_is_told_when_the_first_shard_frees() -> None:
    """Seconds are rounded up; a shard frees when the last of its parts does."""
    serving = [provider("a", "p0+p1"), provider("b", "s")]
    leases = {"a/p0": lease_for(3), "a/p1": lease_for(20), "b/s": lease_for(9)}
    assert choose(serving, leases, NOW) is None
    assert retry_after_s(serving, leases, NOW - 1) == 10
    assert retry_after_s(serving, leases, NOW) == 9


def test_leases_are_counted_and_swept_by_their_deadline() -> None:
    """What is past is expired, what is not is held."""
    leases = {"a/s": lease_for(-1), "b/s": lease_for(1)}
    assert expired(leases, NOW) == ["a/s"]
    assert count_held(leases, ["a/s", "b/s", "c/s"], NOW) == 1


@given(st.lists(st.integers(0, 2**62), min_size=1))
def test_fencing_tokens_only_grow(times_ns: list[int]) -> None:
    """Also within one round, whose messages all see the same time."""
    tokens = [0]
    for now_ns in [*times_ns, times_ns[-1]]:
        tokens.append(next_token(tokens[-1], now_ns))
    assert all(earlier < later for earlier, later in pairwise(tokens))
