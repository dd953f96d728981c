"""The replica in its thread: many callers, errors that reach theirs, an end at any time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from kybra_replica.candid.encode import encode
from kybra_replica.kernel.principals import ANONYMOUS, InvalidPrincipalError
from kybra_replica.kernel.rejects import Rejected
from kybra_replica.live import LiveReplica, ReplicaStoppedError
from kybra_replica.management.http_shapes import HTTP_REQUEST
from kybra_replica.management.shapes import NO_NAMES
from kybra_replica.outcalls.mocks import StrictMocks
from tests.unit.kernel.conftest import COUNTER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kybra_replica.program.interface import Program

THREADS = 32
REQUEST = {
    "url": "https://model.example/",
    "max_response_bytes": 1_000,
    "method": {"get": None},
    "headers": [],
    "body": None,
    "transform": None,
    "is_replicated": False,
}


@pytest.fixture
def program(make: Callable[[str], Program]) -> Program:
    """A counter that can also wait for an outcall."""
    request = encode((HTTP_REQUEST,), (REQUEST,), NO_NAMES)
    return make(COUNTER.replace("{request}", request.hex()))


@pytest.fixture
def live(mocks: StrictMocks) -> Iterator[LiveReplica]:
    """A live replica that keeps nothing and never hears from outside."""
    with LiveReplica(outcalls=mocks) as live:
        yield live


@pytest.fixture
def mocks() -> StrictMocks:
    """Outcalls that are never answered."""
    mocks = StrictMocks()
    mocks.expect(times=99).never()
    return mocks


@pytest.fixture
def counter(live: LiveReplica, program: Program) -> str:
    """A canister that counts."""
    canister = live.create_canister(controller=ANONYMOUS)
    live.install(canister, program, sender=ANONYMOUS)
    return canister


def test_thirty_two_threads_lose_no_update(live: LiveReplica, counter: str) -> None:
    """Each update sees all before it, whichever thread sent them."""

    def add(_thread: int) -> list[int]:
        return [live.update(counter, "add", [1], ANONYMOUS) for _ in range(4)]

    with ThreadPoolExecutor(THREADS) as pool:
        seen = [count for counts in pool.map(add, range(THREADS)) for count in counts]
    assert sorted(seen) == list(range(1, 4 * THREADS + 1))
    assert live.query(counter, "read", [], ANONYMOUS) == 4 * THREADS


def test_an_error_reaches_the_thread_that_caused_it(live: LiveReplica, counter: str) -> None:
    """Rejects, wrong arguments and wrong principals; the replica goes on."""
    with pytest.raises(Rejected, match="ValueError: no"):
        live.update(counter, "fail", [], ANONYMOUS)
    with pytest.raises(TypeError, match=r"takes 1 argument\(s\), got 2"):
        live.update(counter, "add", [1, 2], ANONYMOUS)
    with pytest.raises(InvalidPrincipalError):
        live.query("nobody", "read", [], ANONYMOUS)
    assert live.update(counter, "add", [1], ANONYMOUS) == 1


def test_a_close_ends_callers_that_wait(live: LiveReplica, counter: str) -> None:
    """A call that awaits the outside world ends in an error, not in a wait for ever."""
    started = threading.Event()

    def wait() -> None:
        started.set()
        live.update(counter, "wait_long", [], ANONYMOUS)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(wait)
        started.wait()
        while not live.traffic()["outcalls"]:
            pass
        live.close()
        with pytest.raises(ReplicaStoppedError, match="start it again"):
            waiting.result()


def test_a_call_after_the_close_says_so(live: LiveReplica, counter: str) -> None:
    """The thread is gone; nobody waits for it."""
    live.close()
    with pytest.raises(ReplicaStoppedError):
        live.query(counter, "read", [], ANONYMOUS)
    live.close()


def test_a_stop_that_takes_too_long_is_rejected(
    live: LiveReplica, counter: str, mocks: StrictMocks
) -> None:
    """It says what can be done, and the canister can be started again."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(live.update, counter, "wait_long", [], ANONYMOUS)
        while not live.traffic()["outcalls"]:
            pass
        with pytest.raises(Rejected, match="timed out with calls open: start it again, or wait"):
            live.stop(counter, wait_s=0.1)
        live.start(counter)
        assert live.update(counter, "add", [2], ANONYMOUS) == 2
        mocks.expire()
        assert "timed out" in waiting.result()
