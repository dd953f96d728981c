"""The zygote, the canisters' processes and their twins: made, replaced, ended."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from kybra_replica.kernel.rejects import Rejected
from kybra_replica.kernel.replica import Replica
from kybra_replica.kernel.spawner import SharedSpawner, Spawner
from tests.unit.kernel.conftest import COUNTER
from tests.unit.kernel.processes import children, is_alive, is_idle, workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kybra_replica.program.interface import Program

FACTS = {"name": "", "arg": b"", "caller": b"\x04", "time_ns": 1, "balance_cycles": 0}


@pytest.fixture
def bystanders() -> frozenset[int]:
    """Canisters of other tests' replicas, which live from the same zygote."""
    return frozenset(workers())


@pytest.fixture
def replica(bystanders: frozenset[int]) -> Iterator[Replica]:
    """A replica that keeps nothing."""
    del bystanders
    with Replica() as replica:
        yield replica


@pytest.fixture
def counter(replica: Replica, make: Callable[[str], Program]) -> str:
    """A canister that counts."""
    canister = replica.create_canister()
    replica.install(canister, make(COUNTER.replace("{request}", "")))
    return canister


def test_a_closed_spawner_leaves_no_process(make: Callable[[str], Program]) -> None:
    """The zygote ends, and with its canisters' connections closed, so do they."""
    spawner = Spawner()
    program = make(COUNTER.replace("{request}", ""))
    link = spawner.spawn("key", program, b"\x01", b"seed")
    link.run({**FACTS, "kind": "install", "name": "init"}, lambda *_request: None)
    link.commit()
    [worker] = children(spawner._process.pid)
    link.close()
    spawner.close()
    assert spawner._process.poll() == 0
    while is_alive(worker):
        pass


def test_a_shared_zygote_lives_as_long_as_its_last_holder() -> None:
    """It starts with the first and ends with the last; after that a new one starts."""
    shared = SharedSpawner()
    first = shared.acquire()
    assert shared.acquire() is first
    shared.release()
    assert first._process.poll() is None
    shared.release()
    assert first._process.poll() == 0
    assert shared.acquire() is not first
    shared.release()


def test_a_canister_has_one_process_and_one_twin_whatever_happens(
    replica: Replica, counter: str, bystanders: frozenset[int]
) -> None:
    """Updates, traps, queries and refused inspections leave no process behind."""
    for _ in range(10):
        replica.update(counter, "add", 1)
        replica.query(counter, "read")
        with pytest.raises(Rejected):
            replica.update(counter, "fail")
    assert replica.update(counter, "add", 1) == 11
    [worker] = [pid for pid in workers() if is_alive(pid) and pid not in bystanders]
    while not is_idle(worker):
        pass


def test_a_killed_canister_goes_on_in_its_twin(
    replica: Replica, counter: str, bystanders: frozenset[int]
) -> None:
    """Killed between two messages, its heap is still there."""
    replica.update(counter, "add", 7)
    [worker] = set(workers()) - bystanders
    while not is_idle(worker):
        pass
    os.kill(worker, signal.SIGKILL)
    assert replica.query(counter, "read") == 7
    assert replica.update(counter, "add", 1) == 8


@pytest.mark.usefixtures("counter")
def test_a_closed_replica_takes_its_canisters_along(
    replica: Replica, bystanders: frozenset[int]
) -> None:
    """Their processes end when the kernel's end of the connection is gone."""
    [worker] = set(workers()) - bystanders
    twin = children(worker)
    replica.close()
    while is_alive(worker) or any(is_alive(pid) for pid in twin):
        pass
