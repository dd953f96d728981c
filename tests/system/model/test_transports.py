"""Thirteen nodes ask the real model: each by itself, or all through a proxy that asks once."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from infer_core.reply import canonical_body
from kybra_replica.outcalls.agreement import agree
from kybra_replica.outcalls.request import OutcallFailure, OutcallReply, OutcallResponse
from tests.system.faults.lies import say
from tests.system.faults.lying_server import LyingServer
from tests.system.faults.paying_writer import PayingWriter
from tests.system.model.text_generation_server import post

if TYPE_CHECKING:
    from tests.system.faults.lying_server import Talk
    from tests.system.faults.served_network import ServedNetwork

pytestmark = [pytest.mark.model, pytest.mark.slow]

NODES = 13
SEEDED: dict[str, Any] = {"max_tokens": 24, "temperature_micros": 700_000, "seed": 7}
QUESTION = "Name three colours."


class ModelFront:
    """Stands before the model and keeps what it said; `drops` are fields not passed on."""

    def __init__(self, model_url: str, *drops: str) -> None:
        """Ask the server at `model_url`."""
        self.bodies: list[bytes] = []
        self._model_url = model_url
        self._drops = drops

    def __call__(self, talk: Talk) -> None:
        """Pass a request on, and the reply back."""
        body = self.asked(talk)
        say(talk, 200, body)

    def asked(self, talk: Talk) -> bytes:
        """Ask the model; the reply's bytes."""
        fields = json.loads(talk.asked.body)
        for name in self._drops:
            fields.pop(name, None)
        body = json.dumps(post(self._model_url, talk.asked.path, fields)).encode()
        self.bodies.append(body)
        return body


class IdempotencyProxy(ModelFront):
    """Asks the model once for each idempotency key, and says the same to everybody."""

    def __init__(self, model_url: str, *drops: str) -> None:
        """Start without replies."""
        super().__init__(model_url, *drops)
        self._lock = threading.Lock()
        self._known: dict[str, bytes] = {}

    def __call__(self, talk: Talk) -> None:
        """Ask, or repeat."""
        key = talk.asked.headers["idempotency-key"]
        with self._lock:
            body = self._known.get(key) or self.asked(talk)
            self._known[key] = body
        say(talk, 200, body)


def ask_by(
    network: ServedNetwork, front: ModelFront, transport: str, **fields: Any
) -> tuple[Any, int, int]:
    """Ask through a server; the InferResult, outcalls made, HTTP requests arrived."""
    before = network.replica.traffic()["outcalls"]
    with LyingServer(front) as server:
        network.set_provider(url=server.url)
        result, _ = PayingWriter(network).infer(QUESTION, transport=transport, **fields)
        return result, network.replica.traffic()["outcalls"] - before, len(server.asked)


def verdict(bodies: list[bytes]) -> OutcallReply:
    """Let the platform's rule judge what the nodes got."""
    replies: list[OutcallReply] = [OutcallResponse(200, (), body) for body in bodies]
    return agree(replies, len(bodies))


def test_one_node_asks_once(answering: ServedNetwork, model_url: str) -> None:
    """One outcall is one request, and one node's word."""
    result, outcalls, requests = ask_by(
        answering, ModelFront(model_url), "non_replicated", **SEEDED
    )
    assert result["Inferred"]["answer"]["trust"] == "single_node"
    assert (outcalls, requests) == (1, 1)


def test_thirteen_nodes_agree_by_the_transform_alone(
    answering: ServedNetwork, model_url: str
) -> None:
    """One seed and one slot: of thirteen replies no two are equal bytes, their answers are one."""
    front = ModelFront(model_url)
    result, outcalls, requests = ask_by(answering, front, "replicated", **SEEDED)
    assert result["Inferred"]["answer"]["trust"] == "replicated"
    assert (outcalls, requests) == (1, NODES)
    assert len(set(front.bodies)) == NODES
    assert isinstance(verdict(front.bodies), OutcallFailure)
    reduced = [canonical_body(200, body) for body in front.bodies]
    assert len(set(reduced)) == 1
    assert isinstance(verdict(reduced), OutcallResponse)


def test_a_provider_without_a_seed_ends_in_no_consensus(
    answering: ServedNetwork, model_url: str
) -> None:
    """Each node gets a sample of its own: no answer, and nothing that could be stored."""
    front = ModelFront(model_url, "seed")
    fields = SEEDED | {"temperature_micros": 1_500_000}
    result, outcalls, requests = ask_by(answering, front, "replicated", **fields)
    assert list(result["Failed"]["refusal"]) == ["NoConsensus"]
    assert (outcalls, requests) == (1, NODES)
    assert len({canonical_body(200, body) for body in front.bodies}) > 1


def test_a_proxy_asks_the_model_once_for_all_nodes(
    answering: ServedNetwork, model_url: str
) -> None:
    """Thirteen requests arrive under one key, one goes on; no seed is needed to agree."""
    front = IdempotencyProxy(model_url)
    fields = {"max_tokens": 24, "temperature_micros": 1_500_000}
    result, outcalls, requests = ask_by(answering, front, "idempotency_proxy", **fields)
    assert result["Inferred"]["answer"]["trust"] == "replicated"
    assert (outcalls, requests) == (1, NODES)
    assert len(front.bodies) == 1
