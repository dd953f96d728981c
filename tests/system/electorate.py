"""Voters of a mocked model: what each says by the seed that it is sent, and in which order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kybra_replica.outcalls.request import OutcallFailure, OutcallReply, OutcallResponse
from tests.system.network import chat_reply, request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kybra_replica.outcalls.expectation import Expectation
    from kybra_replica.outcalls.request import OutcallRequest
    from tests.system.network import Network

SEED = 1_000
FAILS = None
SILENT = ""
"""What a voter "says" that fails, and one that never answers."""

PROMPT = "What is six times seven?"


def policy(votes: int = 5, quorum: int = 3, **fields: Any) -> dict[str, Any]:
    """Make a policy over seeds that compares extracted answers; `fields` replace its others."""
    plain: dict[str, Any] = {
        "votes": votes,
        "quorum": quorum,
        "strategy": "extracted",
        "spread": "seeds",
        "among": [],
        "tie_rule": None,
        "stop_permille": None,
        "weights": "equal",
    }
    return {**plain, **fields}


def voted(votes: int = 5, quorum: int = 3, prompt: str = PROMPT, **fields: Any) -> dict[str, Any]:
    """Make an AskRequest with that policy, a seed, and a temperature at which samples differ."""
    asked = request(prompt, seed=SEED, temperature_micros=700_000)
    return {**asked, "consensus": policy(votes, quorum, **fields)}


def seed_of(outcall: OutcallRequest) -> int:
    """Read which sample an outcall asks for."""
    return int(json.loads(outcall.body or b"")["seed"]) - SEED


def elect(network: Network, sayings: Sequence[str | None], times: int | None = None) -> Expectation:
    """Have the sample of number n say the n-th of `sayings`."""

    def answer(outcall: OutcallRequest, _node: int) -> OutcallReply | None:
        saying = sayings[seed_of(outcall)]
        if saying == SILENT:
            return None
        if saying is FAILS:
            return OutcallFailure(2, "Connecting to model.example failed: refused")
        return OutcallResponse(200, (), chat_reply(saying).encode())

    expected = network.mocks.expect(times=len(sayings) if times is None else times)
    return expected.answer(answer)


def begin(network: Network, asked: dict[str, Any], method: str = "ask") -> dict[str, Any]:
    """Ask until all voters are out; the ticket."""
    number = network.begin(method, asked)
    network.replica.run()
    ticket: dict[str, Any] = network.replica.reply(number)[
        "Ticket" if method == "submit" else "Joined"
    ]
    return ticket


def hear(network: Network, *samples: int) -> None:
    """Let the replies of some samples arrive, one after the other."""
    for sample in samples:
        waiting = [one for one in network.mocks.pending if seed_of(one.request) == sample]
        network.mocks.release(*waiting)
        network.replica.run()


def vote(network: Network, asked: dict[str, Any]) -> Any:
    """Ask, let every voter answer, and read the ticket; a TicketState."""
    ticket = begin(network, asked)
    network.release()
    return network.result(ticket)
