"""Thirteen nodes ask one server: they agree on what matters, or the refusal is NoConsensus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.statuses import MISS_STORED, STALE_STORED
from tests.system.faults.lies import PATIENCE_S, chat, honest, say, saying, silent
from tests.system.faults.served_network import ServedNetwork

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.system.faults.lying_server import LyingServer, Talk

NODES = 13
FAULTY = 4
"""A subnet of 13 nodes agrees while at most 4 of them differ."""

SOME_PATIENCE_S = 2.0
"""Long enough for nine answers beside four that never come."""


@pytest.fixture(scope="module")
def replicated_network(
    lying_server: LyingServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServedNetwork]:
    """A network whose provider is asked by every node."""
    ids = tmp_path_factory.mktemp("nodes") / "ids.json"
    network = ServedNetwork(ids, lying_server.url, mode="replicated")
    yield network
    network.close()


@pytest.fixture
def replicated(replicated_network: ServedNetwork, server: LyingServer) -> ServedNetwork:
    """The network, its server honest again."""
    assert server.asked == []
    return replicated_network


def differing_beside_the_answer(talk: Talk) -> None:
    """Answer alike, but for what no two replies of a real server share."""
    timings = {"predicted_ms": talk.number * 1.5, "cache_n": talk.number}
    about = {"id": f"chatcmpl-{talk.number}", "created": talk.number, "timings": timings}
    say(talk, 200, chat("All alike.", **about), f"x-request-id: {talk.number}")


def sampling(talk: Talk) -> None:
    """Answer every node otherwise, as a model does without a common seed."""
    honest(talk, content=f"Sample {talk.number}.")


def faulty_for(nodes: int, fault: Callable[[Talk], None]) -> Callable[[Talk], None]:
    """Answer the first so many nodes by a fault, and the others honestly."""

    def answer(talk: Talk) -> None:
        (fault if talk.number <= nodes else honest)(talk)

    return answer


def test_nodes_agree_on_replies_that_differ_beside_the_answer(
    replicated: ServedNetwork, server: LyingServer
) -> None:
    """The transform leaves the answer only: one outcall, 13 requests, the same body each."""
    server.answer = differing_beside_the_answer
    before = replicated.replica.traffic()
    answered = replicated.ask("agree")["Answered"]
    assert answered["answer"]["content"] == "All alike."
    assert answered["answer"]["trust"] == "replicated"
    assert (answered["cache_status"], answered["outcalls"]) == (MISS_STORED, 1)
    after = replicated.replica.traffic()
    assert after["outcalls"] - before["outcalls"] == 1
    assert after["http_requests"] - before["http_requests"] == len(server.asked) == NODES
    assert len({asked.body for asked in server.asked}) == 1
    assert len({asked.headers["idempotency-key"] for asked in server.asked}) == 1


def test_nodes_that_sample_alone_find_no_consensus(
    replicated: ServedNetwork, server: LyingServer
) -> None:
    """Thirteen different answers are none: typed, remembered as a failure; then they agree."""
    before = replicated.facts()
    server.answer = sampling
    refusal = replicated.ask("disagree")["Refused"]
    assert list(refusal) == ["NoConsensus"]
    assert "Sample" not in str(refusal)
    assert len(server.asked) == NODES
    assert replicated.facts() == before._replace(failures=before.failures + 1)
    server.answer = honest
    replicated.let_failures_end()
    assert replicated.ask("disagree")["Answered"]["cache_status"] == STALE_STORED


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("500", saying(500, "down")),
        ("garbage", saying(200, b"?")),
        ("samples", sampling),
        ("silence", silent),
    ],
)
def test_four_faulty_nodes_of_thirteen_change_nothing(
    replicated: ServedNetwork, server: LyingServer, name: str, fault: Callable[[Talk], None]
) -> None:
    """Nine equal replies are the answer, whatever the other four got."""
    server.answer = faulty_for(FAULTY, fault)
    with replicated.patience(SOME_PATIENCE_S if fault is silent else PATIENCE_S):
        answered = replicated.ask(f"four of thirteen: {name}")["Answered"]
    assert answered["answer"]["content"] == "An honest answer."
    assert len(server.asked) == NODES


def test_five_faulty_nodes_of_thirteen_are_too_many(
    replicated: ServedNetwork, server: LyingServer
) -> None:
    """Eight equal replies are no agreement: no answer is stored and no shard stays leased."""
    before = replicated.facts()
    server.answer = faulty_for(FAULTY + 1, sampling)
    assert list(replicated.ask("five of thirteen")["Refused"]) == ["NoConsensus"]
    assert replicated.facts() == before._replace(failures=before.failures + 1)


@pytest.mark.parametrize(
    ("lie", "variant", "failures"),
    [
        (saying(503, {"error": "loading"}), "ProviderError", 1),
        (saying(429, b""), "RateLimited", 0),
        (saying(200, b"not JSON"), "BadReply", 0),
        (silent, "Timeout", 0),
    ],
    ids=["503", "429", "not JSON", "silence"],
)
def test_nodes_agree_on_a_lie_that_all_of_them_are_told(
    replicated: ServedNetwork,
    server: LyingServer,
    lie: Callable[[Talk], None],
    variant: str,
    failures: int,
) -> None:
    """Thirteen equal failures are one typed refusal, not a lack of consensus."""
    before = replicated.facts()
    server.answer = lie
    with replicated.patience(SOME_PATIENCE_S if lie is silent else PATIENCE_S):
        assert list(replicated.ask(f"all told {variant}")["Refused"]) == [variant]
    assert replicated.facts() == before._replace(failures=before.failures + failures)
    server.answer = honest
    replicated.let_failures_end()
    assert "Answered" in replicated.ask(f"all told {variant}")
