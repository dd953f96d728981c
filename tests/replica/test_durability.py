"""What a killed process leaves behind: every committed message, and no lost cycles."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from kybra import Principal

from kybra_replica.kernel.rejects import Rejected
from kybra_replica.kernel.replica import Replica
from kybra_replica.outcalls.mocks import StrictMocks

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.program.interface import Program

WRITER = """
import sys
from pathlib import Path
from kybra_replica.kernel.replica import Replica
from kybra_replica.program.load import load_program

state, toys = Path(sys.argv[1]), Path(sys.argv[2])
replica = Replica(state=state)
vault = replica.create_canister()
replica.install(vault, load_program(toys / "vault" / "main.py", []))
for number in range(100_000):
    replica.update(vault, "put", f"k{number}", "x" * 50)
    print(number, flush=True)
"""

TOYS = Path(__file__).parent / "toys"


def killed_writer(state: Path, after: int) -> int:
    """Run a writer, kill it once it has reported `after` writes; the last it reported."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(state), str(TOYS)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        reported = -1
        for line in writer.stdout:
            reported = int(line)
            if reported >= after:
                os.kill(writer.pid, signal.SIGKILL)
                break
        for line in writer.stdout:
            if line.endswith("\n"):
                reported = int(line)
    return reported


@pytest.mark.slow
@pytest.mark.parametrize("after", [0, 7, 40, 173])
def test_kill_9_loses_no_committed_message(tmp_path: Path, after: int) -> None:
    """Every write that was answered is there after the kill, whole."""
    reported = killed_writer(tmp_path, after)
    with Replica(state=tmp_path) as replica:
        vault = next(iter(replica.kernel.canisters.values())).text
        entries = dict(each.split("=") for each in replica.query(vault, "all_entries"))
    assert {f"k{number}" for number in range(reported + 1)} <= set(entries)
    assert len(entries) <= reported + 2
    assert set(entries.values()) == {"x" * 50}


def test_a_restart_counts_as_an_upgrade(tmp_path: Path, toy: Callable[[str], Program]) -> None:
    """Maps stay, the heap is new, post_upgrade ran, timers are gone."""
    with Replica(state=tmp_path) as replica:
        canister = replica.create_canister()
        replica.install(canister, toy("lifecycle"), args=["one"])
        replica.update(canister, "set_alarm")
        before = replica.status(canister)
    with Replica(state=tmp_path) as replica:
        replica.advance(20)
        story = replica.query(canister, "story")
        after = replica.status(canister)
    assert story == ["arrived a", "arrived=a", "first=one"]
    assert after.module_hash == before.module_hash
    assert after.cycles <= before.cycles


def test_suspended_calls_end_in_a_reject_and_their_cycles_come_back(
    tmp_path: Path, toy: Callable[[str], Program]
) -> None:
    """An outcall under way when the process ends: rejected, its cycles refunded but for the fee."""
    mocks = StrictMocks()
    mocks.expect(url="https://model.example/").never()
    with Replica(state=tmp_path, outcalls=mocks) as replica:
        fetcher = replica.create_canister()
        replica.install(fetcher, toy("fetcher"))
        arguments = ("https://model.example/", "", False, 10**9)
        waiting = replica.submit(fetcher, "fetch", *arguments)
        replica.run()
        left = replica.canister(fetcher).cycles
        fee = next(iter(replica.desk.pending.values())).fee_cycles
    mocks.verify()
    with Replica(state=tmp_path, outcalls=StrictMocks()) as replica:
        with pytest.raises(Rejected, match="suspended when the replica restarted"):
            replica.reply(waiting)
        started = left + 10**9 - fee - replica.status(fetcher).cycles
        assert 0 <= started < 8 * 10**8, "more than a new process takes to start"


def test_a_call_between_canisters_gives_cycles_back_at_a_restart(
    tmp_path: Path, toy: Callable[[str], Program]
) -> None:
    """Cycles that travelled with an unanswered call belong to the caller again."""
    with Replica(state=tmp_path) as replica:
        alice, bob = replica.create_canister(), replica.create_canister()
        for canister in (alice, bob):
            replica.install(canister, toy("echo"))
        replica.submit(alice, "call", Principal.from_str(bob), "take", "5", 10**12)
        replica.step()
        left = replica.canister(alice).cycles
    with Replica(state=tmp_path) as replica:
        assert 0 <= left + 10**12 - replica.status(alice).cycles < 10**9


def test_two_replicas_never_share_a_folder(tmp_path: Path) -> None:
    """The second one is refused with a sentence."""
    with Replica(state=tmp_path), pytest.raises(RuntimeError, match="in use"):
        Replica(state=tmp_path)
