"""Each message of a miss, a hit, a join and a submit traps once; what is left, and what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from kybra_replica.kernel.rejects import Rejected
from tests.system.faults.fault_points import Message, faults
from tests.system.faults.trapped_network import TrappedNetwork, variant
from tests.system.network import request

if TYPE_CHECKING:
    from collections.abc import Iterator


class Trap(NamedTuple):
    """A message that traps, what the caller gets, what is held after it, and the outcalls.

    at_once: how the same ask ends before any lease ran out; outcalls, again: made by the ask
    that trapped, and by the next one once the leases ran out and lost work was resumed.
    """

    message: Message
    gets: str
    at_once: str
    outcalls: int
    again: int
    flights: int = 0
    shards: int = 0


ASK = Message("batcher", "update", "ask")
ASK_GOES_ON = Message("batcher", "callback", "ask")
SUBMIT = Message("batcher", "update", "submit")
SUBMIT_GOES_ON = Message("batcher", "callback", "submit")
FETCH = Message("cache", "update", "fetch_text")
PUT = Message("cache", "update", "keep")
INFER = Message("infer", "update", "infer_text")
INFER_GOES_ON = Message("infer", "callback", "infer_text")

MISS = (
    Trap(ASK, "Rejected", "Answered", 0, 0),
    Trap(FETCH, "Answered", "Answered", 1, 0),
    Trap(ASK_GOES_ON, "Rejected", "Answered", 0, 0),
    Trap(INFER, "Internal", "Answered", 0, 0),
    Trap(INFER_GOES_ON, "Internal", "Busy", 1, 1, shards=1),
    Trap(ASK_GOES_ON, "Rejected", "Joined", 1, 0, flights=1),
    Trap(PUT, "Answered", "Answered", 1, 0),
    Trap(ASK_GOES_ON, "Rejected", "Answered", 1, 0),
)
"""A trap of the cache costs no answer; one in a callback costs the lease it holds."""

HIT = (
    Trap(ASK, "Rejected", "Answered", 0, 0),
    Trap(FETCH, "Answered", "Answered", 1, 0),
    Trap(ASK_GOES_ON, "Rejected", "Answered", 0, 0),
)

SUBMITTED = (
    Trap(SUBMIT, "Rejected", "Answered", 0, 0),
    Trap(FETCH, "Settled", "Answered", 1, 0),
    Trap(SUBMIT_GOES_ON, "Resumed", "Joined", 0, 0, flights=1),
    Trap(INFER, "Internal", "Answered", 0, 0),
    Trap(INFER_GOES_ON, "Internal", "Busy", 1, 1, shards=1),
    Trap(SUBMIT_GOES_ON, "Resumed", "Joined", 1, 0, flights=1),
    Trap(PUT, "Settled", "Answered", 1, 0),
    Trap(SUBMIT_GOES_ON, "Settled", "Answered", 1, 0),
)


@pytest.fixture(scope="module")
def trapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrappedNetwork]:
    """One network for all faults, so that what one leaves behind meets the next."""
    network = TrappedNetwork(tmp_path_factory.mktemp("traps") / "ids.json")
    yield network
    network.close()


def numbered(name: str, traps: tuple[Trap, ...]) -> list[object]:
    """Make a test's parameters of a table of traps."""
    return [pytest.param(n, each, id=f"{name} {n} {each.message}") for n, each in enumerate(traps)]


def end_of_fault(trapped: TrappedNetwork, prompt: str, trap: Trap) -> None:
    """Check what a fault left: leases with a deadline, whole entries, the next ask at work."""
    trapped.assert_quiet()
    assert trapped.leases() == (trap.flights, trap.shards)
    assert trapped.ended_ask(prompt) == trap.at_once
    trapped.let_leases_end()
    before = trapped.outcalls
    assert trapped.ended_ask(prompt) == "Answered"
    assert trapped.outcalls - before == trap.again
    assert trapped.stored(prompt)
    trapped.assert_quiet()


@pytest.mark.parametrize(
    ("method", "asks_before", "traps"),
    [("ask", 0, MISS), ("ask", 1, HIT), ("submit", 0, SUBMITTED)],
    ids=["miss", "hit", "submit"],
)
def test_the_tables_name_every_message(
    trapped: TrappedNetwork, method: str, asks_before: int, traps: tuple[Trap, ...]
) -> None:
    """A run without faults consists of the messages that the tables let trap, in that order."""
    prompt = f"clean {method} after {asks_before}"
    for _ in range(asks_before):
        trapped.answered(prompt)
    with faults(trapped.replica, trapped.ids) as points:
        trapped.update("batcher", method, request(prompt))
    assert tuple(points.messages) == tuple(trap.message for trap in traps)
    trapped.assert_quiet()


@pytest.mark.parametrize(("number", "trap"), numbered("miss", MISS))
def test_a_trap_in_a_miss(trapped: TrappedNetwork, number: int, trap: Trap) -> None:
    """The caller learns of it, nothing is half-stored, and the next ask is answered."""
    prompt, before = f"miss {number}", trapped.outcalls
    with faults(trapped.replica, trapped.ids, trap_at=number):
        assert trapped.ended_ask(prompt) == trap.gets
    assert trapped.outcalls - before == trap.outcalls
    end_of_fault(trapped, prompt, trap)


@pytest.mark.parametrize(("number", "trap"), numbered("hit", HIT))
def test_a_trap_in_a_hit(trapped: TrappedNetwork, number: int, trap: Trap) -> None:
    """The entry stays whole; only a trap of the cache itself has the model asked again."""
    prompt = f"hit {number}"
    trapped.answered(prompt)
    before = trapped.outcalls
    with faults(trapped.replica, trapped.ids, trap_at=number):
        assert trapped.ended_ask(prompt) == trap.gets
    assert trapped.outcalls - before == trap.outcalls
    end_of_fault(trapped, prompt, trap)


@pytest.mark.parametrize(("number", "trap"), numbered("submit", SUBMITTED))
def test_a_trap_in_a_submit(trapped: TrappedNetwork, number: int, trap: Trap) -> None:
    """The ticket says how it ended: pending for as long as the lease, then resumed and settled."""
    prompt, before = f"submit {number}", trapped.outcalls
    with faults(trapped.replica, trapped.ids, trap_at=number):
        call = trapped.begin("submit", request(prompt))
        trapped.release()
    assert trapped.outcalls - before == trap.outcalls
    try:
        ticket = trapped.replica.reply(call)["Ticket"]
    except Rejected:
        assert trap.gets == "Rejected"
        end_of_fault(trapped, prompt, trap)
        return
    is_resumed = trap.gets == "Resumed"
    assert variant(trapped.result(ticket)) == ("Pending" if is_resumed else trap.gets)
    end_of_fault(trapped, prompt, trap)
    assert variant(trapped.result(ticket)) == ("Settled" if is_resumed else trap.gets)
