"""Upgrades, one canister at a time: drained or forced, what stays and what is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kybra_replica.kernel.rejects import Rejected
from tests.statuses import HIT, MISS, MISS_STORED
from tests.system.electorate import begin, elect, hear, voted
from tests.system.network import OPERATOR, principal, request

if TYPE_CHECKING:
    from tests.system.network import Network

CANISTERS = ("cache", "batcher", "infer")
PROMPT = "Capital of France?"
LEASE_S = 120
FLUSH_S = 60


@pytest.mark.parametrize("name", CANISTERS)
def test_idle_upgrade_keeps_answers_settings_and_counts(network: Network, name: str) -> None:
    """After an upgrade the same ask is a hit, and the canister stands as it stood."""
    network.configure("batcher", lease_s=99)
    network.configure("cache", max_entries=99)
    network.answer_model("Paris")
    first = network.answered(PROMPT)
    network.replica.advance(FLUSH_S)
    before = state_of(network)
    network.upgrade(name)
    network.replica.advance(0)
    for _ in range(33):  # the cache's index is rebuilt bank by bank
        network.replica.run()
    assert state_of(network) == before
    second = network.answered(PROMPT)
    assert (second["cache_status"], second["answer"]) == (HIT, first["answer"])


def state_of(network: Network) -> list[Any]:
    """Collect everything that the operator can read."""
    parts: list[Any] = [network.counters(name) for name in CANISTERS]
    parts += [network.query(name, "settings") for name in ("cache", "batcher")]
    parts += [network.query("batcher", "askers"), network.query("batcher", "models")]
    parts += [network.query("cache", "writers"), network.query("infer", "writers")]
    return [*parts, network.query("infer", "providers")]


@pytest.mark.parametrize("name", CANISTERS)
def test_second_upgrade_is_as_good_as_the_first(network: Network, name: str) -> None:
    """An upgrade of an upgrade loses nothing either, nor does one after new answers."""
    for round_number in range(3):
        network.answer_model("x")
        network.answered(f"prompt {round_number}")
        network.upgrade(name)
    for round_number in range(3):
        assert network.answered(f"prompt {round_number}")["cache_status"] == HIT


def test_stopping_batcher_waits_for_the_outcall(network: Network) -> None:
    """A batcher asked to stop answers what it began, stores it, and only then is stopped."""
    network.answer_model("Paris")
    number = network.begin("ask", request(PROMPT))
    network.replica.run()
    network.replica.begin_stop(network.ids["batcher"])
    assert network.replica.status(network.ids["batcher"]).status == "stopping"
    network.release()
    assert network.replica.status(network.ids["batcher"]).status == "stopped"
    assert network.replica.reply(number)["Answered"]["cache_status"] == MISS_STORED
    network.upgrade("batcher")
    assert network.answered(PROMPT)["cache_status"] == HIT


def test_stopping_infer_drains_with_a_typed_failure(network: Network) -> None:
    """A stopping canister runs no transform, so the outcall ends as Closing and holds no lease."""
    network.answer_model("Paris", times=2)
    number = network.begin("ask", request(PROMPT))
    network.replica.run()
    network.replica.begin_stop(network.ids["infer"])
    network.release()
    assert network.replica.status(network.ids["infer"]).status == "stopped"
    assert set(network.replica.reply(number)["Refused"]) == {"Closing"}
    network.upgrade("infer")
    assert network.counters("infer")["leases_held"] == 0
    assert network.answered(PROMPT)["cache_status"] == MISS_STORED


def test_stopping_batcher_takes_no_more_asks(network: Network) -> None:
    """While it drains, the front door rejects; after the start it takes asks again."""
    network.answer_model("Paris")
    network.begin("ask", request(PROMPT))
    network.replica.run()
    network.replica.begin_stop(network.ids["batcher"])
    with pytest.raises(Rejected, match="is stopping"):
        network.begin("ask", request(PROMPT))
    network.release()
    network.replica.start(network.ids["batcher"])
    assert network.answered(PROMPT)["cache_status"] == HIT


def test_ask_meanwhile_infer_is_stopped_is_closing(network: Network) -> None:
    """Without infer a new prompt is refused as Closing, a stored one is still a hit."""
    network.answer_model("Paris")
    network.answered(PROMPT)
    network.replica.stop(network.ids["infer"])
    assert set(network.ask("another")["Refused"]) == {"Closing"}
    assert network.answered(PROMPT)["cache_status"] == HIT


class Interrupted:
    """A batcher upgraded by force while an outcall of it was out."""

    def __init__(self, network: Network) -> None:
        """Open a flight, join it by ticket, and replace the program under it."""
        network.answer_model("too late")
        self.answers: list[Any] = []
        asked = request(PROMPT)
        batcher = network.ids["batcher"]
        self.number = network.replica.submit(
            batcher, "ask", asked, sender=OPERATOR, answered=self.answers.append
        )
        network.replica.run()
        self.ticket = network.submit(PROMPT)["Ticket"]
        network.install("batcher", "upgrade")
        network.answer_model("Paris")  # the lost work is begun again, for who joined it


@pytest.fixture
def interrupted(network: Network) -> Interrupted:
    """The upgrade has just happened, the outcall is still out."""
    return Interrupted(network)


def test_forced_upgrade_rejects_the_open_ask_once(
    network: Network, interrupted: Interrupted
) -> None:
    """The asker whose call was under way gets one reject, when its reply finds no one."""
    network.release()
    assert len(interrupted.answers) == 1
    with pytest.raises(Rejected, match="reject code 5"):
        network.replica.reply(interrupted.number)


def test_lost_work_is_begun_again_for_who_waits(network: Network, interrupted: Interrupted) -> None:
    """The ticket is answered by a second outcall, once, and the lost reply changes nothing."""
    assert "Pending" in network.result(interrupted.ticket)
    network.release()
    settled = network.result(interrupted.ticket)
    assert settled["Settled"]["answer"]["content"] == "Paris"
    assert network.outcalls == 2
    network.replica.advance(LEASE_S)
    assert network.result(interrupted.ticket) == settled
    assert network.answered(PROMPT)["cache_status"] == HIT
    counts = network.counters("batcher")
    assert (counts["flights_open"], counts["resumed"]) == (0, 1)


def test_resumed_work_is_joined_by_who_asks_the_same(
    network: Network, interrupted: Interrupted
) -> None:
    """Nobody waits for the old lease, and nobody asks the model a third time."""
    network.replica.run()
    joined = network.submit(PROMPT)["Ticket"]
    network.release()
    for ticket in (interrupted.ticket, joined):
        assert network.result(ticket)["Settled"]["answer"]["content"] == "Paris"
    assert network.outcalls == 2


def test_a_vote_is_taken_again_for_what_it_lacks(network: Network) -> None:
    """Samples that were stored before a forced upgrade are counted, the others asked again."""
    elect(network, ["42", "7", "42"], times=4)
    ticket = begin(network, voted(3, 2))
    hear(network, 0, 1)
    network.install("batcher", "upgrade")
    network.release()
    verdict = network.result(ticket)["Consistent"]
    assert [len(group["voters"]) for group in verdict["groups"]] == [2, 1]
    assert network.outcalls == 4
    assert network.counters("batcher")["samples_reused"] == 2


def test_ticket_settled_before_a_forced_upgrade_stays_settled(network: Network) -> None:
    """What was settled is in stable memory: an upgrade changes no word of it."""
    network.answer_model("Paris")
    ticket = network.submit(PROMPT)["Ticket"]
    network.release()
    before = network.result(ticket)
    network.install("batcher", "upgrade")
    assert network.result(ticket) == before


def test_ticket_numbers_are_never_given_twice(network: Network) -> None:
    """Upgrades skip numbers, they never repeat one."""
    network.answer_model("Paris")
    numbers = []
    for _ in range(4):
        numbers.append(network.submit(PROMPT)["Ticket"]["ticket"])
        network.release()
        network.upgrade("batcher")
    assert len(set(numbers)) == 4


def test_forced_upgrade_of_infer_fails_the_flight_and_frees_the_worker_later(
    network: Network,
) -> None:
    """The waiting batcher gets a typed failure; the lost call's shard is free after its lease."""
    network.answer_model("too late")
    number = network.begin("ask", request(PROMPT))
    network.replica.run()
    network.install("infer", "upgrade")
    assert network.counters("infer")["leases_held"] == 1
    network.release()
    assert set(network.replica.reply(number)["Refused"]) == {"Internal"}
    network.replica.advance(90)
    assert network.counters("infer")["leases_held"] == 0
    network.answer_model("Paris")
    assert network.answered(PROMPT)["cache_status"] == MISS_STORED


def test_reinstalled_cache_is_empty_and_closed(network: Network) -> None:
    """A reinstall erases: nothing is a hit, nothing is stored until the batcher may write again."""
    network.answer_model("Paris", times=3)
    network.answered(PROMPT)
    network.install("cache", "reinstall")
    assert network.answered(PROMPT)["cache_status"] == MISS
    assert "Ok" in network.update("cache", "allow_writer", network.ids["batcher"])
    assert network.answered(PROMPT)["cache_status"] == MISS_STORED
    assert network.answered(PROMPT)["cache_status"] == HIT


def test_reinstalled_infer_refuses_the_batcher(network: Network) -> None:
    """A new infer canister knows no writer and no provider: a typed refusal, no outcall."""
    network.install("infer", "reinstall")
    assert set(network.ask(PROMPT)["Refused"]) == {"NotAllowed"}


def test_reinstalled_batcher_forgets_askers_and_tickets(network: Network) -> None:
    """A new batcher is closed to those whom the old one knew."""
    alice = principal("alice")
    network.allow(alice)
    network.answer_model("Paris")
    ticket = network.submit(PROMPT, sender=alice)["Ticket"]
    network.release()
    network.install("batcher", "reinstall")
    assert set(network.result(ticket, sender=alice)["Refused"]) == {"NotAllowed"}
    assert set(network.ask(PROMPT, sender=alice)["Refused"]) == {"NotAllowed"}
