"""What a call of a policy does is counted and bounded, whatever happened before."""

from __future__ import annotations

import json

import pytest

from benchmarks.policies import RESULTS_FILE
from benchmarks.policy_operations import counted, instructions, operations_of
from refrain_core.policies.policy_choice import POLICY_NAMES, make_policy
from refrain_core.policies.slot_rings import SlotRings

HIT_INSTRUCTIONS = {"lru": 68_000, "sieve": 40_000, "s3fifo": 41_000, "cost": 40_000}
PUT_INSTRUCTIONS = {"lru": 160_000, "sieve": 170_000, "s3fifo": 245_000, "cost": 257_000}

every_policy = pytest.mark.parametrize("name", POLICY_NAMES)


@every_policy
def test_a_hit_and_a_put_cost_what_is_written_down(name: str) -> None:
    """Methods, attributes, reads and writes are counted by the opcode and priced."""
    found = counted(name)
    assert instructions(found["hit"]) <= HIT_INSTRUCTIONS[name]
    assert instructions(found["put"]) <= PUT_INSTRUCTIONS[name]
    assert json.loads(RESULTS_FILE.read_text())["operations"][name] == found


@every_policy
def test_no_addition_grows_with_the_number_of_keys(name: str) -> None:
    """The dearest moves sixteen keys to a fresh dict, in a cache of 2,000 as in one of 20,000."""
    prices = [dearest_addition(name, entries) for entries in (2_000, 20_000)]
    assert prices[1] <= prices[0] <= 1_100_000


def dearest_addition(name: str, entries: int) -> int:
    """Price additions up to the middle of the first renewal of the dict; return the dearest."""
    policy = make_policy(name, entries, entries)

    def addition(number: int) -> int:
        return instructions(operations_of(lambda: policy.add(number, 1, 1)))

    return max(addition(number) for number in range(1_200))


@every_policy
def test_a_sweep_over_a_fully_marked_cache_is_bounded(name: str) -> None:
    """Where every key was hit since, a victim is taken after 4,096 steps at the latest."""
    policy = make_policy(name, 30_000, 30_000)
    for number in range(30_000):
        policy.add(number, 1, 1)
    for _ in range(3):
        for number in range(30_000):
            policy.use(number)
    steps = operations_of(policy.victim)
    assert steps["reads"] < 4_096 * 20
    assert len(policy) == 29_999


@every_policy
def test_long_churn_leaves_no_dead_places_in_the_dict(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No dict sees many more additions than three times its keys before it is replaced."""
    renewals = []
    renew = SlotRings._renew

    def counted_renew(self: SlotRings) -> None:
        renew(self)
        renewals.append((len(self._slots), len(self._fading)))

    monkeypatch.setattr(SlotRings, "_renew", counted_renew)
    policy = make_policy(name, 500, 500)
    for number in range(40_000):
        if number >= 500:
            policy.victim()
        policy.add(number, 1, 1)
    # A generation is twice the 500 keys (S3-FIFO: and its ghosts), the spare, and the moving.
    generations = sum(1 for _, fading in renewals if not fading)
    assert 40_000 // generations <= 3 * 950 + 1_024
    assert len(policy._keys) <= 500 + 450 + 130  # type: ignore[attr-defined]


@pytest.mark.slow
@every_policy
def test_a_million_entries_are_held(name: str) -> None:
    """Filled, hit, evicted from, forgotten from; the books stay right."""
    policy = make_policy(name, 1_000_000, 1 << 40)
    for number in range(1_000_000):
        policy.add(number, 100, 1)
    for number in range(0, 1_000_000, 7):
        policy.use(number)
    for number in range(200_000):
        policy.victim()
        policy.add(1_000_000 + number, 100, 1)
    for number in range(300_000):
        policy.forget(number)
    assert len(policy) == sum(1 for _ in policy.oldest_first())
    assert policy.size_bytes == 100 * len(policy)
