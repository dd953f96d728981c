"""One outcall for identical prompts, in whatever order their messages run."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from tests.statuses import COLLAPSED, HIT, MISS_STORED, STALE_STORED
from tests.system.network import OPERATOR, principal, request

if TYPE_CHECKING:
    from tests.system.network import Network

PROMPT = "Capital of France?"
CROWD = 100
THRONG = 1_000


def contents(network: Network, numbers: list[int], sender: str = OPERATOR) -> list[Any]:
    """Read what every ask of `numbers` ended with, through its ticket where it got one."""
    replies = [network.replica.reply(number) for number in numbers]
    return [
        network.result(reply["Joined"], sender=sender)["Settled"]
        if "Joined" in reply
        else reply["Answered"]
        for reply in replies
    ]


def drive(network: Network, dice: random.Random) -> None:
    """Run the queue a few messages at a time, and let the model answer at some moment between."""
    while network.replica.kernel.queue or network.mocks.pending:
        if network.mocks.pending and dice.random() < 0.2:
            network.let_arrive()
        if network.replica.kernel.queue:
            network.replica.step()


@pytest.mark.slow
def test_a_thousand_asks_at_once_make_one_inference(network: Network) -> None:
    """All that were sent before any ran share one outcall and get one answer."""
    network.answer_model("Paris")
    numbers = [network.begin("ask", request(PROMPT)) for _ in range(THRONG)]
    network.release()
    answered = contents(network, numbers)
    assert network.outcalls == 1
    assert network.counters("infer")["inferences"] == 1
    assert {each["answer"]["content"] for each in answered} == {"Paris"}
    assert sum(each["outcalls"] for each in answered) == 1


def test_joined_tickets_settle_to_the_same_answer(network: Network) -> None:
    """Whoever joined a flight reads the very answer that its opener got, as collapsed."""
    network.answer_model("Paris")
    opener = network.begin("ask", request(PROMPT))
    network.replica.run()
    joined = [network.begin("ask", request(PROMPT)) for _ in range(5)]
    network.replica.run()
    tickets = [network.replica.reply(number)["Joined"] for number in joined]
    assert [set(network.result(ticket)) for ticket in tickets] == [{"Pending"}] * 5
    network.release()
    answer = network.replica.reply(opener)["Answered"]["answer"]
    settled = [network.result(ticket)["Settled"] for ticket in tickets]
    assert [each["answer"] for each in settled] == [answer] * 5
    assert all(each["cache_status"] == COLLAPSED for each in settled)
    assert {each["outcalls"] for each in settled} == {0}


@pytest.mark.parametrize("seed", range(4))
def test_asks_at_any_moment_make_one_outcall(network: Network, seed: int) -> None:
    """Asks and submits that arrive between any two messages never cause a second outcall."""
    dice = random.Random(seed)  # noqa: S311 - a test's order, the same at each run
    network.answer_model("Paris")
    asks: list[int] = []
    submits: list[int] = []
    for _ in range(CROWD // 2):
        wanted = asks if dice.random() < 0.6 else submits
        wanted.append(network.begin("ask" if wanted is asks else "submit", request(PROMPT)))
        for _ in range(dice.randrange(4)):
            if network.replica.kernel.queue:
                network.replica.step()
        if dice.random() < 0.1:
            network.let_arrive()
    drive(network, dice)
    tickets = [network.replica.reply(number)["Ticket"] for number in submits]
    answered = contents(network, asks) + [network.result(each)["Settled"] for each in tickets]
    assert network.outcalls == 1
    assert {each["answer"]["content"] for each in answered} == {"Paris"}


def test_lookup_that_overlaps_the_settling_gets_the_settled_answer(network: Network) -> None:
    """An ask whose miss comes back after the flight was settled needs no outcall of its own."""
    network.answer_model("Paris")
    opener = network.begin("ask", request(PROMPT))
    late = network.begin("ask", request(PROMPT))
    for _ in range(4):  # both ask the cache, and both miss ...
        network.replica.step()
    miss = network.replica.kernel.queue.pop()  # ... but the second learns of it late
    network.release()
    assert network.replica.reply(opener)["Answered"]["cache_status"] == MISS_STORED
    network.replica.kernel.queue.append(miss)
    network.release()
    answered = network.replica.reply(late)["Answered"]
    assert (answered["answer"]["content"], answered["cache_status"]) == ("Paris", COLLAPSED)
    assert network.outcalls == 1


def test_ask_while_the_put_is_under_way_is_a_hit(network: Network) -> None:
    """Between settling and storing nobody opens a second flight: the fetch follows the put."""
    network.answer_model("Paris")
    network.begin("ask", request(PROMPT))
    network.replica.run()
    network.let_arrive()
    run_until_put(network)
    late = network.begin("ask", request(PROMPT))
    network.release()
    assert network.replica.reply(late)["Answered"]["cache_status"] == HIT
    assert network.outcalls == 1


def run_until_put(network: Network) -> None:
    """Step until the batcher's put is the next message."""
    queue = network.replica.kernel.queue
    while not (queue and getattr(queue[0], "method", "") == "keep"):
        network.replica.step()


def test_different_prompts_make_one_outcall_each_at_once(network: Network) -> None:
    """Different prompts do not wait for each other: all are out before any is answered."""
    prompts = [f"What is {number} squared?" for number in range(6)]
    for prompt in prompts:
        network.answer_model(f"answer to {prompt}", contains=prompt)
    numbers = [network.begin("ask", request(prompt)) for prompt in prompts]
    network.replica.run()
    assert len(network.mocks.pending) == network.outcalls == 6
    network.release()
    assert [each["answer"]["content"] for each in contents(network, numbers)] == [
        f"answer to {prompt}" for prompt in prompts
    ]


def test_late_answer_of_one_prompt_holds_up_no_other(network: Network) -> None:
    """The second prompt is answered and stored while the first still waits for its model."""
    network.answer_model("slow", contains="first")
    network.answer_model("fast", contains="second")
    first = network.begin("ask", request("first"))
    second = network.begin("ask", request("second"))
    network.replica.run()
    network.mocks.release(network.mocks.pending[1])
    network.replica.run()
    assert network.replica.reply(second)["Answered"]["answer"]["content"] == "fast"
    assert network.replica.answer(first) is None
    network.release()
    assert network.replica.reply(first)["Answered"]["answer"]["content"] == "slow"


def test_same_prompt_of_two_tenants_is_two_flights(network: Network) -> None:
    """Tenants never join each other's flights in their own namespaces."""
    alice = principal("alice")
    network.allow(alice)
    network.answer_model("Paris", times=2)
    numbers = [network.begin("ask", request(PROMPT), sender=each) for each in (alice, OPERATOR)]
    network.release()
    assert network.outcalls == 2
    assert all("Answered" in network.replica.reply(number) for number in numbers)


def test_shared_failure_reaches_everybody(network: Network) -> None:
    """When the one outcall fails, opener and joiners all get the typed failure, and it is over."""
    network.mocks.expect().respond(500, "oops")
    numbers = [network.begin("ask", request(PROMPT)) for _ in range(3)]
    network.release()
    replies = [network.replica.reply(number) for number in numbers]
    failures = [
        network.result(reply["Joined"])["Failed"] if "Joined" in reply else reply["Refused"]
        for reply in replies
    ]
    assert [each["ProviderError"]["status"] for each in failures] == [500] * 3
    assert network.outcalls == 1
    network.replica.advance(30)  # as long as the failure is remembered
    network.answer_model("Paris")
    assert network.answered(PROMPT)["cache_status"] == STALE_STORED
