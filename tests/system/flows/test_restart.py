"""The whole network ended and started again from its state folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kybra_replica.kernel.rejects import Rejected
from kybra_replica.outcalls.mocks import StrictMocks
from tests.statuses import HIT
from tests.system.network import Network, chat_reply, request
from tests.system.payers import PLENTY, Wallet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PROMPT = "Capital of France?"
LEASE_S = 120

pytestmark = pytest.mark.slow


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Network]]:
    """Start the network of a state folder, ending the one before."""
    running: list[Network] = []

    def started(says: str | None = None) -> Network:
        for network in running:
            network.close()
        mocks = StrictMocks()
        if says is not None:
            mocks.expect().respond(200, chat_reply(says))
        running[:] = [Network(mocks, tmp_path / "ids.json", tmp_path / "state")]
        return running[0]

    yield started
    for network in running:
        network.close()


def test_stored_answer_is_still_a_hit(start: Callable[..., Network]) -> None:
    """After a restart the same ask costs no outcall, and the canisters are the same."""
    before = start()
    before.answer_model("Paris")
    first = before.answered(PROMPT)
    after = start()
    second = after.answered(PROMPT)
    assert (second["cache_status"], second["answer"]) == (HIT, first["answer"])
    assert (after.outcalls, after.ids) == (0, before.ids)


def test_settled_ticket_can_still_be_read(start: Callable[..., Network]) -> None:
    """An outcome that was settled before the end is read after it."""
    before = start()
    before.answer_model("Paris")
    ticket = before.submit(PROMPT)["Ticket"]
    before.release()
    settled = before.result(ticket)
    assert start().result(ticket) == settled


def test_open_ticket_is_answered_after_all(start: Callable[..., Network]) -> None:
    """A ticket whose outcall was out when the process ended is pending, and then settled."""
    before = start()
    before.answer_model("lost")
    ticket = before.submit(PROMPT)["Ticket"]
    after = start("Paris")  # a start runs messages: the work is begun again at once
    assert "Pending" in after.result(ticket)
    after.release()
    assert after.result(ticket)["Settled"]["answer"]["content"] == "Paris"


def test_interrupted_ask_is_rejected_with_the_reason(start: Callable[..., Network]) -> None:
    """Who waited for an answer learns that the replica restarted."""
    before = start()
    before.answer_model("lost")
    number = before.begin("ask", request(PROMPT))
    before.replica.run()
    with pytest.raises(Rejected, match="suspended when the replica restarted"):
        start().replica.reply(number)


def test_worker_lost_by_a_restart_is_free_after_its_lease(start: Callable[..., Network]) -> None:
    """The lost call's shard stays leased until its deadline and not longer."""
    before = start()
    before.answer_model("lost")
    before.begin("ask", request(PROMPT))
    before.replica.run()
    after = start()
    assert after.counters("infer")["leases_held"] == 1
    after.replica.advance(90)
    assert after.counters("infer")["leases_held"] == 0


def test_held_cycles_become_credit_when_the_reply_was_lost(start: Callable[..., Network]) -> None:
    """An asker who paid for a flight that a restart ended gets all of it as credit in the end."""
    before = start()
    wallet = Wallet(before)
    before.answer_model("lost")
    taken = PLENTY - wallet.submit(PROMPT)["refunded_cycles"]
    after = start()
    wallet.network = after
    after.replica.advance(LEASE_S + 3_600)
    assert wallet.credit("x" * 9_000) == taken


def test_start_without_changes_is_repeatable(start: Callable[..., Network]) -> None:
    """Starting again and again changes neither settings nor models."""
    start().configure("cache", max_entries=77)
    for _ in range(3):
        network = start()
        assert network.query("batcher", "models") == ["tiny@r1:Q4_K_M"]
        assert network.query("cache", "settings")["max_entries"] == 77
