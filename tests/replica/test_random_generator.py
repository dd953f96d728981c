"""The state of `random` is part of the heap: it is rolled back, and no process seeds it afresh."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from kybra_replica.kernel.rejects import Rejected

if TYPE_CHECKING:
    from kybra_replica.kernel.replica import Replica
    from tests.replica.conftest import Install

SEED = 5


@pytest.fixture
def dice(install: Install, replica: Replica) -> str:
    """The toy, past the seeding that Kybra does after an install, with a seed of its own."""
    canister = install("dice")
    for _ in range(2):
        replica.update(canister, "draw")
    replica.update(canister, "seed", SEED)
    return canister


def expected(count: int) -> list[str]:
    """What a generator with that seed draws."""
    generator = random.Random(SEED)  # noqa: S311 (the very generator that is tested)
    return [str(generator.random()) for _ in range(count)]


def test_queries_of_one_state_draw_the_same_number(dice: str, replica: Replica) -> None:
    """And leave the generator where it was."""
    assert [replica.query(dice, "peek") for _ in range(3)] == expected(1) * 3
    assert [replica.update(dice, "draw") for _ in range(2)] == expected(2)


def test_a_trap_brings_the_generator_back(dice: str, replica: Replica) -> None:
    """What was drawn before the trap is drawn again after it."""
    with pytest.raises(Rejected):
        replica.update(dice, "draw_and_trap")
    assert replica.update(dice, "draw") == expected(1)[0]
