"""Timers in whole seconds, the message's time, predictable entropy, certified data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kybra_replica.kernel.rejects import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.kernel.replica import Replica


@pytest.fixture
def clockwork(install: Callable[..., str]) -> str:
    """A toy with timers."""
    return install("clockwork")


def test_a_timer_fires_once_when_it_is_due(replica: Replica, clockwork: str) -> None:
    """Not before, and not again."""
    first = replica.update(clockwork, "after", 5, "a")
    assert first == 4_294_967_297
    replica.advance(4)
    assert replica.query(clockwork, "seen") == []
    replica.advance(1)
    replica.advance(60)
    assert replica.query(clockwork, "seen") == ["a"]


def test_an_interval_goes_on_and_a_jump_gives_one_run(replica: Replica, clockwork: str) -> None:
    """A jump over five periods runs it once."""
    timer = replica.update(clockwork, "every", 10, "tick")
    replica.advance(10)
    replica.advance(10)
    replica.advance(50)
    assert replica.query(clockwork, "seen") == ["tick"] * 3
    replica.update(clockwork, "cancel", timer)
    replica.advance(100)
    assert replica.query(clockwork, "seen") == ["tick"] * 3


def test_equal_timers_run_each_once_in_no_order(replica: Replica, clockwork: str) -> None:
    """All of them run, and a canister can't rely on their order."""
    replica.update(clockwork, "several", 8)
    replica.advance(5)
    seen = replica.query(clockwork, "seen")
    assert sorted(seen) == list("01234567")
    assert seen != sorted(seen)


def test_a_function_timer_that_raises_is_undone(replica: Replica, clockwork: str) -> None:
    """It is isolated, undone and logged."""
    replica.update(clockwork, "after_raising", 1)
    replica.update(clockwork, "after", 1, "other")
    replica.advance(1)
    assert replica.query(clockwork, "seen") == ["other"]
    assert any("ValueError: timer boom" in line for line in replica.status(clockwork).logs)


def test_a_timer_generator_that_raises_is_kept_and_silent(replica: Replica, clockwork: str) -> None:
    """Kybra drops its error and commits what it did."""
    replica.update(clockwork, "after_generator", 1)
    replica.advance(1)
    assert replica.query(clockwork, "seen") == ["kept before", "kept after"]
    assert not any("dropped" in line for line in replica.status(clockwork).logs)


def test_a_trap_sets_no_timer(replica: Replica, clockwork: str) -> None:
    """Timers are effects of the message."""
    with pytest.raises(Rejected):
        replica.update(clockwork, "after_then_trap", 1)
    replica.advance(5)
    assert replica.query(clockwork, "seen") == []


def test_wrong_delays_are_refused(replica: Replica, clockwork: str) -> None:
    """With Kybra's exceptions; in a query it is a contract violation."""
    assert replica.update(clockwork, "bad_delay", "float") == (
        "TypeError Expected type 'int' but 'float' found"
    )
    assert replica.update(clockwork, "bad_delay", "negative") == (
        "OverflowError Python int too large to convert to Rust u64"
    )
    with pytest.raises(Rejected, match="ic0_global_timer_set"):
        replica.query(clockwork, "timer_in_query")


def test_time_is_the_messages_time(replica: Replica, clockwork: str) -> None:
    """ic.time and time.time say the replica's time."""
    replica.advance(3)
    now_ns, now_s = replica.query(clockwork, "now")
    assert now_ns == replica.clock.now_ns()
    assert now_s == now_ns // 1_000_000_000


def test_entropy_repeats_in_every_canister(
    replica: Replica, clockwork: str, install: Callable[..., str]
) -> None:
    """os.urandom is the same everywhere, constant in queries, moving in updates."""
    twin = install("clockwork")
    assert replica.query(clockwork, "entropy") == replica.query(twin, "entropy")
    assert replica.query(clockwork, "entropy") == replica.query(clockwork, "entropy")
    first = replica.update(clockwork, "draw")
    assert first == replica.update(twin, "draw")
    assert first[0] != replica.update(clockwork, "draw")[0]


def test_random_is_seeded_apart_after_the_first_update(
    replica: Replica, clockwork: str, install: Callable[..., str]
) -> None:
    """Only the random module is re-seeded, one round after install."""
    twin = install("clockwork")
    firsts = [replica.update(each, "draw")[1] for each in (clockwork, twin)]
    seconds = [replica.update(each, "draw")[1] for each in (clockwork, twin)]
    assert firsts[0] == firsts[1]
    assert seconds[0] != seconds[1]


def test_raw_rand_gives_fresh_bytes(replica: Replica, clockwork: str) -> None:
    """The management canister's random bytes differ from call to call."""
    first, second = (replica.update(clockwork, "random_bytes") for _ in range(2))
    assert len(first) == len(second) == len(b"DIDL\x01m{\x01\x00 ") + 32
    assert first != second


def test_certified_data_is_kept_and_bounded(replica: Replica, clockwork: str) -> None:
    """Up to 32 bytes, visible in the status; no certificate is given out."""
    replica.update(clockwork, "certify", b"root")
    assert replica.status(clockwork).certified_data == b"root"
    with pytest.raises(Rejected, match="ic0_certified_data_set"):
        replica.update(clockwork, "certify", b"x" * 33)
    assert replica.query(clockwork, "certificate") is None


def test_prints_and_instruction_estimates_are_kept(replica: Replica, clockwork: str) -> None:
    """ic.print lands in the log, and the counter has counted the print."""
    assert replica.update(clockwork, "spend") > 84_000
    assert "spending" in replica.status(clockwork).logs


def test_what_rustpython_lacks_is_missing_here(replica: Replica, clockwork: str) -> None:
    """Names that fail on the real interpreter fail natively, too."""
    assert replica.query(clockwork, "gaps") == ["category", "normalize"]
