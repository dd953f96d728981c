"""Stale answers and remembered failures over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.statuses import COLLAPSED, HIT, STALE_STORED
from tests.system.network import Network, request
from tests.system.payers import PLENTY, Wallet, all_cycles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kybra_replica.outcalls.mocks import StrictMocks

PROMPT = "Which city is the capital of France?"
WINDOWS = "ttl=10, stale-while-revalidate=60, stale-if-error=600"


@pytest.fixture
def network(mocks: StrictMocks, tmp_path: Path) -> Iterator[Network]:
    """Give a network with one answer in its cache, which is stale."""
    network = Network(mocks, tmp_path / "ids.json")
    network.answer_model("Paris")
    network.answered(PROMPT, cache_control=WINDOWS)
    network.replica.advance(30)
    yield network
    network.close()


def asked(network: Network, directives: str) -> int:
    """Begin an ask and run until nothing more happens without the model."""
    number = network.begin("ask", request(PROMPT, cache_control=directives))
    network.replica.run()
    return number


def test_a_stale_answer_comes_before_the_model_and_one_outcall_renews_it(network: Network) -> None:
    """The reply is there while the outcall is out; then everybody has the new answer, fresh."""
    network.answer_model("Paris again")
    numbers = [asked(network, WINDOWS) for _ in range(3)]
    replies = [network.replica.reply(number)["Answered"] for number in numbers]
    assert [reply["answer"]["content"] for reply in replies] == ["Paris"] * 3
    assert all(reply["cache_status"] == HIT for reply in replies)
    assert replies[0]["age_s"] == 30
    assert "; ttl=-20; " in replies[0]["cache_status"]
    assert replies[0]["cache_status"].endswith("detail=stale-while-revalidate")
    joiner = asked(network, "")
    ticket = network.replica.reply(joiner)["Joined"]
    network.release()
    assert network.outcalls == 2
    settled = network.result(ticket)["Settled"]
    assert (settled["answer"]["content"], settled["cache_status"]) == ("Paris again", COLLAPSED)
    again = network.answered(PROMPT)
    assert (again["answer"]["content"], again["cache_status"]) == ("Paris again", HIT)
    counts = network.counters("batcher")
    assert (counts["stale"], counts["refreshes"], counts["flights_open"]) == (3, 1, 0)


def test_who_does_not_take_stale_answers_gets_the_models(network: Network) -> None:
    """Past its freshness the answer is a miss, whose reply says that it was stale."""
    network.answer_model("Paris again")
    answered = network.answered(PROMPT)
    assert (answered["answer"]["content"], answered["cache_status"]) == (
        "Paris again",
        STALE_STORED,
    )


def test_a_stale_answer_stands_in_for_a_failing_model(network: Network) -> None:
    """The provider's status is in the reply, and the stale answer stays stored."""
    network.mocks.expect().respond(503, "overloaded")
    answered = network.answered(PROMPT, cache_control="stale-if-error=600")
    assert answered["answer"]["content"] == "Paris"
    assert answered["cache_status"].startswith("fwd=stale; fwd-status=503; ttl=-20; ")
    only = network.answered(PROMPT, cache_control="stale-if-error=600, only-if-cached")
    assert only["answer"]["content"] == "Paris"


def test_a_lasting_failure_is_remembered_for_its_time(network: Network) -> None:
    """Until then no outcall is made of it; afterwards the model is asked again."""
    network.mocks.expect(times=1).respond(503, "overloaded")
    first = network.ask("another")["Refused"]
    assert "ProviderError" in first
    assert network.ask("another") == {"Refused": first}
    assert network.counters("batcher")["negatives"] == 1
    network.replica.advance(30)
    network.answer_model("now")
    assert network.answered("another")["answer"]["content"] == "now"


def test_no_cache_passes_a_remembered_failure_by(network: Network) -> None:
    """Whoever insists asks the model."""
    network.mocks.expect(times=1).respond(503, "overloaded")
    network.ask("another")
    # An overloaded provider is left alone for a moment.
    network.replica.advance(1)
    network.answer_model("now")
    answered = network.answered("another", cache_control="no-cache")
    assert answered["answer"]["content"] == "now"


def test_no_cycle_is_lost_by_a_renewal(network: Network) -> None:
    """The asker holds a miss's price before the reply, and gets the rest as credit."""
    wallet = Wallet(network)
    network.answer_model("Paris")
    wallet.ask(PROMPT, cache_control=WINDOWS)
    network.replica.advance(30)
    before = all_cycles(network)
    quote = wallet.quote(PROMPT)
    credit = wallet.credit("a new prompt")
    network.answer_model("Paris again")
    paid = wallet.ask(PROMPT, cache_control=WINDOWS)
    answered = paid["result"]["Answered"]
    assert answered["answer"]["content"] == "Paris"
    assert answered["charged_cycles"] == quote["miss_cycles"]
    assert all_cycles(network) == before
    accepted = PLENTY - paid["refunded_cycles"]
    cost = credit + accepted - wallet.credit("a new prompt")
    assert 0 < cost < quote["miss_cycles"]
    assert network.counters("batcher")["refreshes"] == 1
