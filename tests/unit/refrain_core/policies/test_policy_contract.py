"""What every policy keeps, whatever it chooses: one contract, run for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refrain_core.policies.policy_choice import POLICY_NAMES, make_policy
from tests.unit.refrain_core.policies.reference_policies import PlainLru, PlainSieve

if TYPE_CHECKING:
    from refrain_core.policies.policy import Policy

every_policy = pytest.mark.parametrize("name", POLICY_NAMES)

KEYS = st.integers(min_value=0, max_value=12)
SIZES = st.integers(min_value=0, max_value=40)
COMMANDS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), KEYS, SIZES),
        st.tuples(st.just("ask"), KEYS, SIZES),
        st.tuples(st.just("forget"), KEYS, st.just(0)),
        st.tuples(st.just("victim"), KEYS, st.just(0)),
    ),
    max_size=120,
)


@every_policy
@given(commands=COMMANDS, entries=st.integers(1, 8), room=st.integers(40, 120))
def test_a_cache_over_any_policy_keeps_its_books_and_bounds(
    name: str, commands: list[tuple[str, int, int]], entries: int, room: int
) -> None:
    """Keys, sizes and sums are those of a plain dict; victims were held; bounds are kept."""
    policy = make_policy(name, entries, room)
    held: dict[int, int] = {}
    for command, key, size in commands:
        if command == "ask":
            ask(policy, held, (key, size), (entries, room))
        elif command == "forget":
            assert policy.forget(key) == held.pop(key, 0)
        elif held:
            del held[taken(policy)]
        assert len(policy) == len(held) <= entries
        assert policy.size_bytes == sum(held.values()) <= room
        assert sorted(walked(policy)) == sorted(held)
        assert [key in policy for key in range(13)] == [key in held for key in range(13)]


def ask(
    policy: Policy, held: dict[int, int], item: tuple[int, int], bounds: tuple[int, int]
) -> None:
    """Use a key, or make room for it and add it."""
    key, size = item
    if key in policy:
        policy.use(key)
        return
    while len(policy) >= bounds[0] or policy.size_bytes + size > bounds[1]:
        del held[taken(policy)]
    policy.add(key, size, cost=key % 3)
    held[key] = size


def taken(policy: Policy) -> int:
    """Take a victim, which must be one of ours."""
    key = policy.victim()
    assert isinstance(key, int)
    assert key not in policy
    return key


def walked(policy: Policy) -> list[int]:
    """Walk all keys."""
    return [key for key in policy.oldest_first() if isinstance(key, int)]


@every_policy
def test_an_empty_policy_has_no_victim(name: str) -> None:
    """Neither at the start nor after everything was evicted or forgotten."""
    policy = make_policy(name, 10, 100)
    for turn in range(3):
        with pytest.raises(LookupError):
            policy.victim()
        policy.add("a", 10, 1)
        policy.add("b", 10, 1)
        assert policy.forget("a") == 10
        assert policy.forget("a") == 0
        assert turn in {0, 1, 2}
        assert policy.victim() == "b"


@every_policy
def test_what_is_used_and_not_held_is_an_error(name: str) -> None:
    """A cache that hits what its policy does not hold has lost count."""
    with pytest.raises(KeyError):
        make_policy(name, 10, 100).use("a")


@every_policy
def test_a_sweep_may_drop_each_key_as_it_is_given(name: str) -> None:
    """Walking goes on behind a key that was forgotten on the way."""
    policy = make_policy(name, 100, 1_000)
    for key in range(50):
        policy.add(key, 1, 1)
    seen = []
    for given_key in policy.oldest_first():
        seen.append(f"{given_key}")
        if int(seen[-1]) % 2:
            policy.forget(given_key)
    assert sorted(seen) == sorted(map(str, range(50)))
    assert len(policy) == 25


def test_an_unknown_name_is_refused() -> None:
    """The refusal names it."""
    with pytest.raises(ValueError, match="fifo2"):
        make_policy("fifo2", 1, 1)


@pytest.mark.parametrize(("name", "plain"), [("lru", PlainLru), ("sieve", PlainSieve)])
@given(commands=COMMANDS)
def test_victims_are_those_of_the_plain_model(
    name: str, plain: type[PlainLru], commands: list[tuple[str, int, int]]
) -> None:
    """The same commands take the same keys out, and leave the same order."""
    policy = make_policy(name, 5, 1_000)
    model = plain()
    for command, key, size in commands:
        if command == "ask" and key in model.sizes:
            policy.use(key)
            model.use(key)
        elif command == "ask":
            if len(model.sizes) == 5:
                assert policy.victim() == model.victim()
            policy.add(key, size, 1)
            model.add(key, size)
        elif command == "forget":
            assert policy.forget(key) == model.forget(key)
        elif model.sizes:
            assert policy.victim() == model.victim()
        assert walked(policy) == list(model.sizes)


@every_policy
@given(
    before=st.lists(KEYS, unique=True),
    after=st.lists(st.tuples(st.integers(20, 99), SIZES), unique_by=lambda one: one[0]),
    commands=st.lists(st.tuples(st.booleans(), st.integers(0, 99)), max_size=60),
)
def test_many_keys_added_at_once_are_as_those_added_one_by_one(
    name: str,
    before: list[int],
    after: list[tuple[int, int]],
    commands: list[tuple[bool, int]],
) -> None:
    """The same victims in the same order, whatever else is done."""
    policies = [make_policy(name, 50, 5_000) for _ in range(2)]
    for policy in policies:
        for key in before:
            policy.add(key, 3, 1)
        for _ in before[:2]:
            policy.victim()
    entries = [(key, size, key % 3) for key, size in after]
    policies[0].add_all(entries)
    for entry in entries:
        policies[1].add(*entry)
    for is_victim, key in commands:
        found = []
        for policy in policies:
            if is_victim:
                found.append(policy.victim() if len(policy) else None)
            elif key in policy:
                policy.use(key)
                found.append(policy.size_bytes)
            else:
                policy.add(key, 2, 1)
                found.append(policy.forget(key) if key % 2 else len(policy))
        assert len({*found}) <= 1
        assert walked(policies[0]) == walked(policies[1])
