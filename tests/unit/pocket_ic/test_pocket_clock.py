"""The time of an instance."""

from __future__ import annotations

import pytest

from kybra_replica.kernel.clock import TEST_START_NS
from kybra_replica.pocket_ic.faults import PocketIcError
from kybra_replica.pocket_ic.pocket_clock import PocketClock


def test_first_round_runs_at_the_start() -> None:
    """Nothing ran before it, so time need not move."""
    clock = PocketClock()
    clock.begin_round()
    assert clock.now_ns() == clock.set_ns == TEST_START_NS


def test_no_two_rounds_share_a_moment() -> None:
    """Each further round is a nanosecond on."""
    clock = PocketClock()
    for _ in range(4):
        clock.begin_round()
    assert clock.now_ns() == TEST_START_NS + 3


def test_set_time_is_seen_from_the_next_round_on() -> None:
    """Until a round runs, canisters live in the old one."""
    clock = PocketClock()
    clock.begin_round()
    clock.set(TEST_START_NS + 50)
    assert (clock.now_ns(), clock.set_ns) == (TEST_START_NS, TEST_START_NS + 50)
    clock.begin_round()
    assert clock.now_ns() == TEST_START_NS + 50


def test_time_is_never_set_back() -> None:
    """Not even by a nanosecond, nor below what rounds reached by themselves."""
    clock = PocketClock()
    clock.begin_round()
    clock.begin_round()
    with pytest.raises(PocketIcError, match="SettingTimeIntoPast"):
        clock.set(TEST_START_NS)
    clock.set(TEST_START_NS + 1)
