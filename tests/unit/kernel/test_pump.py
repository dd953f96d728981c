"""What keeps messages moving: waits that end, time that is moved, answers told once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kybra_replica.candid.encode import encode
from kybra_replica.kernel.clock import ManualClock, WallClock
from kybra_replica.kernel.rejects import Rejected
from kybra_replica.kernel.replica import Replica
from kybra_replica.management.http_shapes import HTTP_REQUEST
from kybra_replica.management.shapes import NO_NAMES
from kybra_replica.outcalls.mocks import StrictMocks
from tests.unit.kernel.conftest import COUNTER
from tests.unit.kernel.test_live_replica import REQUEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kybra_replica.kernel.messages import Answer
    from kybra_replica.program.interface import Program


@pytest.fixture
def mocks() -> StrictMocks:
    """One outcall that is not answered by itself."""
    mocks = StrictMocks()
    mocks.expect().respond(500, "late")
    return mocks


@pytest.fixture
def replica(mocks: StrictMocks) -> Iterator[Replica]:
    """A replica that keeps nothing."""
    with Replica(outcalls=mocks) as replica:
        yield replica


@pytest.fixture
def counter(replica: Replica, make: Callable[[str], Program]) -> str:
    """A counter that can also wait for an outcall."""
    request = encode((HTTP_REQUEST,), (REQUEST,), NO_NAMES)
    canister = replica.create_canister()
    replica.install(canister, make(COUNTER.replace("{request}", request.hex())))
    return canister


def test_a_wait_ends_when_nothing_can_come(replica: Replica, counter: str) -> None:
    """Without an outcall under way there is nothing to wait for."""
    assert not replica.run_until(lambda: False)
    replica.submit(counter, "wait_long")
    assert not replica.run_until(lambda: False, wait_s=0.01)


def test_a_wait_ends_with_the_reply_it_waits_for(
    replica: Replica, counter: str, mocks: StrictMocks
) -> None:
    """A reply of the outside world arrives through the inbox."""
    call = replica.submit(counter, "wait_long")
    replica.run()
    mocks.release()
    assert replica.run_until(lambda: replica.answer(call) is not None)
    assert replica.reply(call) == "None"


def test_a_call_without_an_answer_yet_says_so(replica: Replica, counter: str) -> None:
    """Reading too early is a reject that tells to run on."""
    call = replica.submit(counter, "add", 1)
    with pytest.raises(Rejected, match="no answer yet: run on"):
        replica.reply(call)
    replica.run()
    assert replica.reply(call) == 1


def test_whoever_submits_is_told_once(replica: Replica, counter: str) -> None:
    """After the message is committed, with the answer's bytes."""
    told: list[Answer] = []
    call = replica.submit(counter, "add", 1, answered=told.append)
    assert told == []
    replica.run()
    replica.run()
    assert told == [replica.answer(call)]


def test_an_answer_of_another_thread_is_taken_before_the_queue(
    replica: Replica, counter: str
) -> None:
    """The inbox is drained between messages."""
    seen: list[str] = []
    replica.submit(counter, "add", 1, answered=lambda _answer: seen.append("answer"))
    replica.inbox.put(lambda: seen.append("inbox"))
    replica.run()
    assert seen == ["inbox", "answer"]


def test_time_moves_forward_and_by_hand_only() -> None:
    """A manual clock refuses to go back; the wall's never does."""
    clock = ManualClock(5)
    clock.advance(1.5)
    assert clock.now_ns() == 1_500_000_005
    with pytest.raises(ValueError, match="does not go back"):
        clock.advance(-1)
    wall = WallClock()
    wall._latest_ns = 2**63
    assert wall.now_ns() == 2**63
    with Replica(clock=wall) as replica, pytest.raises(TypeError, match="only a manual clock"):
        replica.advance(1)
