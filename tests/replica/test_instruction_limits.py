"""A message over its limit of instructions: nothing of it is left, and nothing in it notices."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from kybra import Principal

from kybra_replica.kernel.rejects import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.kernel.replica import Replica
    from kybra_replica.outcalls.mocks import StrictMocks
    from kybra_replica.program.interface import Program
    from tests.replica.conftest import Install

UPDATE = r"exceeded the limit of 40000000000 instructions for single message execution\.\."
QUERY = r"exceeded the limit of 5000000000 instructions for single message execution\.\."
INSPECTION = r"exceeded the limit of 200000000 instructions for single message execution\.\."
INSTALLATION = r"exceeded the limit of 300000000000 instructions for single message execution\.\."


@pytest.fixture
def spender(install: Install) -> str:
    """A toy whose methods spend without end."""
    return install("spender", "")


@pytest.fixture
def itself(spender: str) -> Principal:
    """Its principal."""
    return Principal.from_str(spender)


def kept(replica: Replica, spender: str) -> list[str]:
    """What the canister's heap and map hold."""
    words: list[str] = replica.query(spender, "kept")
    return words


def test_an_endless_update_is_undone_and_catches_nothing(replica: Replica, spender: str) -> None:
    """Neither except nor finally runs, and the heap and the map are as before."""
    with pytest.raises(Rejected, match=UPDATE) as refused:
        replica.update(spender, "endless_update")
    assert refused.value.reject.error_code == "IC0522"
    assert kept(replica, spender) == []


def test_an_endless_query_ends_at_its_own_limit(replica: Replica, spender: str) -> None:
    """5 B, of which 4.7 B may be spent."""
    assert 4.7e9 < replica.query(spender, "nearly_endless_query") < 5e9
    with pytest.raises(Rejected, match=QUERY):
        replica.query(spender, "endless_query")


def test_an_endless_timer_is_undone(replica: Replica, spender: str) -> None:
    """The log tells of it, as of every trap of a timer."""
    replica.update(spender, "endless_timer")
    replica.run()
    assert kept(replica, spender) == []
    assert "exceeded the limit of 40000000000" in replica.status(spender).logs[-1]


def test_an_endless_callback_is_undone_to_its_await(
    replica: Replica, spender: str, itself: Principal
) -> None:
    """What was committed at the await stays, with what others did meanwhile."""
    with pytest.raises(Rejected, match=UPDATE):
        replica.update(spender, "endless_callback", itself)
    assert kept(replica, spender) == ["before the await", "meanwhile"]


@pytest.mark.parametrize("method", ["endless_system_calls", "endless_list"])
def test_loops_without_statements_end_as_well(replica: Replica, spender: str, method: str) -> None:
    """One that only asks the system, and one within a comprehension's expression."""
    with pytest.raises(Rejected, match=UPDATE):
        replica.update(spender, method)


def test_a_plain_endless_loop_ends_within_seconds(replica: Replica, install: Install) -> None:
    """Well before the limit of wall time, which is for what never comes back to Python."""
    vault = install("vault")
    started = time.monotonic()
    with pytest.raises(Rejected, match=UPDATE):
        replica.update(vault, "spin")
    with pytest.raises(Rejected, match=QUERY):
        replica.query(vault, "spin_query")
    assert time.monotonic() - started < replica.kernel.limit_s / 2


def test_an_endless_init_leaves_no_module(install: Install) -> None:
    """The canister stays empty and can be installed into."""
    with pytest.raises(Rejected, match=INSTALLATION):
        install("spender", "init")
    assert install("spender", "") != ""


@pytest.mark.parametrize("version", ["leaves endlessly", "enters endlessly"])
def test_an_endless_upgrade_leaves_the_old_module(
    replica: Replica, spender: str, toy: Callable[[str], Program], version: str
) -> None:
    """Heap included, whichever of its halves it is."""
    if version.startswith("leaves"):
        replica.install(spender, toy(f"spender:{version}"), mode="reinstall", args=("",))
    replica.update(spender, "keep", "old")
    with pytest.raises(Rejected, match=INSTALLATION):
        replica.install(spender, toy(f"spender:{version}"), mode="upgrade")
    assert kept(replica, spender) == ["old"]


def test_both_halves_of_an_upgrade_share_one_limit(
    replica: Replica, spender: str, toy: Callable[[str], Program]
) -> None:
    """Each alone passes: leaving at 82 B, entering at 82 B, of 140 B in all."""
    replica.install(spender, toy("spender:leaves dearly"), mode="reinstall", args=("",))
    with pytest.raises(Rejected, match=INSTALLATION):
        replica.install(spender, toy("spender:enters dearly"), mode="upgrade")
    replica.install(spender, toy("spender:a"), mode="upgrade")
    replica.install(spender, toy("spender:enters dearly"), mode="upgrade")


def test_an_endless_inspection_refuses_the_message(replica: Replica, spender: str) -> None:
    """By the smallest of the limits."""
    with pytest.raises(Rejected, match=INSPECTION):
        replica.update(spender, "not_admitted")


def test_an_endless_transform_fails_its_outcall(
    replica: Replica, mocks: StrictMocks, spender: str, itself: Principal
) -> None:
    """A transform is a query and has a query's limit."""
    mocks.expect(url="https://model.example/").respond(200, "{}")
    call = replica.submit(spender, "fetch", itself)
    replica.run()
    mocks.release()
    replica.run()
    assert "exceeded the limit of 5000000000" in replica.reply(call)


def test_one_counter_is_of_the_message_and_the_other_of_the_call(
    replica: Replica, spender: str, itself: Principal
) -> None:
    """After an await the first begins anew, the second goes on."""
    counts = replica.update(spender, "counters_around_an_await", itself)
    before, before_in_call, after, after_in_call = counts
    assert before > 205_000_000
    assert before_in_call - before < 100_000
    assert after < 2_000_000
    assert after_in_call > before + after
    alone = replica.update(spender, "counters_around_an_await", itself)
    assert alone == counts, "each call counts for itself"
