"""Each message of a renewal behind a stale reply traps once; what is left, and what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.system.faults.fault_points import Message, faults
from tests.system.faults.trapped_network import TrappedNetwork

if TYPE_CHECKING:
    from collections.abc import Iterator

WINDOWS = "ttl=10, stale-while-revalidate=100000"

ASK = Message("batcher", "update", "ask")
ASK_GOES_ON = Message("batcher", "callback", "ask")
RENEWAL = (
    (ASK, "Rejected", 0),
    (Message("cache", "update", "fetch_text"), "Answered", 0),
    (ASK_GOES_ON, "Rejected", 0),
    (Message("infer", "update", "infer_text"), "Answered", 0),
    (Message("infer", "callback", "infer_text"), "Answered", 0),
    (ASK_GOES_ON, "Answered", 1),
    (Message("cache", "update", "put"), "Answered", 0),
    (ASK_GOES_ON, "Answered", 0),
)
"""The message that traps, what the asker gets, and the flights that are held after it."""


@pytest.fixture(scope="module")
def trapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrappedNetwork]:
    """One network for all faults."""
    network = TrappedNetwork(tmp_path_factory.mktemp("renewals") / "ids.json")
    yield network
    network.close()


def made_stale(trapped: TrappedNetwork, prompt: str) -> None:
    """Store an answer and let it expire."""
    trapped.answered(prompt, cache_control=WINDOWS)
    trapped.replica.advance(10)


def test_the_table_names_every_message(trapped: TrappedNetwork) -> None:
    """A renewal without faults consists of these, in that order."""
    made_stale(trapped, "clean")
    with faults(trapped.replica, trapped.ids) as points:
        trapped.ended_ask("clean", cache_control=WINDOWS)
    assert points.messages == [message for message, _, _ in RENEWAL]
    trapped.assert_quiet()


@pytest.mark.parametrize("number", range(len(RENEWAL)))
def test_a_trap_in_a_renewal(trapped: TrappedNetwork, number: int) -> None:
    """The stale reply is out before the model is called; a lost renewal ends with its lease."""
    _, gets, flights = RENEWAL[number]
    prompt = f"renewal {number}"
    made_stale(trapped, prompt)
    with faults(trapped.replica, trapped.ids, trap_at=number):
        assert trapped.ended_ask(prompt, cache_control=WINDOWS) == gets
    trapped.assert_quiet()
    assert trapped.leases()[0] == flights
    assert trapped.ended_ask(prompt, cache_control=WINDOWS) == "Answered"
    trapped.let_leases_end()
    assert trapped.ended_ask(prompt, cache_control=WINDOWS) == "Answered"
    assert trapped.answered(prompt, cache_control=WINDOWS)["cache_status"].startswith("hit; ttl=10")
    trapped.assert_quiet()
