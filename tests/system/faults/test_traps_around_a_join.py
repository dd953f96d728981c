"""Two ask the same while the model works; each message of the two traps once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.system.faults.fault_points import faults
from tests.system.faults.test_traps import (
    ASK,
    ASK_GOES_ON,
    FETCH,
    INFER,
    INFER_GOES_ON,
    PUT,
)
from tests.system.faults.trapped_network import TrappedNetwork, variant
from tests.system.network import OPERATOR, principal, request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.system.faults.fault_points import Message

SECOND = principal("second")


class JoinTrap(NamedTuple):
    """A message that traps, how the two asks end, and how a ticket ends when the leases did."""

    message: Message
    first: str
    second: str
    ticket: str | None
    outcalls: int


JOIN = (
    JoinTrap(ASK, "Rejected", "Answered", None, 1),
    JoinTrap(FETCH, "Answered", "Joined", "Settled", 1),
    JoinTrap(ASK_GOES_ON, "Rejected", "Answered", None, 1),
    JoinTrap(INFER, "Internal", "Answered", None, 1),
    JoinTrap(ASK, "Answered", "Rejected", None, 1),
    JoinTrap(INFER_GOES_ON, "Internal", "Joined", "Internal", 1),
    JoinTrap(ASK_GOES_ON, "Rejected", "Joined", "Settled", 1),
    JoinTrap(PUT, "Answered", "Joined", "Settled", 1),
    JoinTrap(ASK_GOES_ON, "Rejected", "Joined", "Settled", 1),
)
"""One that asks after the first one's failure opens a flight of its own, and is answered."""


@pytest.fixture(scope="module")
def trapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrappedNetwork]:
    """One network, where two may ask in the public namespace."""
    network = TrappedNetwork(tmp_path_factory.mktemp("joins") / "ids.json")
    network.allow(SECOND)
    yield network
    network.close()


def ask_twice(trapped: TrappedNetwork, prompt: str) -> tuple[int, int]:
    """Ask, and ask again by another asker while the first one's model works."""
    calls = []
    for asker in (OPERATOR, SECOND):
        asked = request(prompt, namespace="public")
        calls.append(trapped.begin("ask", asked, sender=asker))
        trapped.replica.run()
    trapped.release()
    return calls[0], calls[1]


def test_the_table_names_every_message(trapped: TrappedNetwork) -> None:
    """A run without faults consists of the table's messages, and makes one outcall."""
    before = trapped.outcalls
    with faults(trapped.replica, trapped.ids) as points:
        first, second = ask_twice(trapped, "a clean join")
    assert tuple(points.messages) == tuple(trap.message for trap in JOIN)
    assert (trapped.ended(first), trapped.ended(second)) == ("Answered", "Joined")
    assert trapped.outcalls - before == 1
    trapped.assert_quiet()


@pytest.mark.parametrize(
    ("number", "trap"),
    [pytest.param(n, each, id=f"join {n} {each.message}") for n, each in enumerate(JOIN)],
)
def test_a_trap_around_a_join(trapped: TrappedNetwork, number: int, trap: JoinTrap) -> None:
    """Both learn how it ended, the ticket at the latest when the lease is over."""
    prompt, before = f"join {number}", trapped.outcalls
    with faults(trapped.replica, trapped.ids, trap_at=number):
        first, second = ask_twice(trapped, prompt)
    assert (trapped.ended(first), trapped.ended(second)) == (trap.first, trap.second)
    assert trapped.outcalls - before == trap.outcalls
    trapped.assert_quiet()
    trapped.let_leases_end()
    if trap.ticket is not None:
        ticket = trapped.replica.reply(second)["Joined"]
        assert variant(trapped.result(ticket, sender=SECOND)) == trap.ticket
    assert trapped.ended_ask(prompt, namespace="public") == "Answered"
    assert trapped.stored(prompt, namespace="public")
    trapped.assert_quiet()
