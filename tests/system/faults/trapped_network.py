"""A network in which one message at a time traps, and what must be true of it then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.kernel.rejects import CANISTER_ERROR, Rejected
from kybra_replica.outcalls.mocks import StrictMocks
from kybra_replica.outcalls.request import OutcallReply, OutcallRequest, OutcallResponse
from refrain.daemon.deployment import ModelEndpoint, provider_settings
from tests.system.faults.cycle_books import all_cycles, on_their_way
from tests.system.network import MODEL, PROVIDER_URL, Network, chat_reply, request

if TYPE_CHECKING:
    from pathlib import Path

ANSWER = "Paris. " * 400
"""Long enough that the cache keeps it in pieces."""

LEASES_OVER_S = 121
"""A flight's lease lasts 120 s, a shard's 90 s."""


class TrappedNetwork(Network):
    """One network for many faults: one shard, and a model that always answers."""

    def __init__(self, known_ids: Path, state: Path | None = None) -> None:
        """Make the canisters, with a provider that has a single shard."""
        mocks = StrictMocks()
        mocks.expect(times=10_000).answer(_answer)
        super().__init__(mocks, known_ids, state)
        endpoint = ModelEndpoint(MODEL, PROVIDER_URL, "sk-made-up")
        settings = {**provider_settings(endpoint), "shard_ids": ["only"]}
        assert "Ok" in self.update("infer", "set_provider", settings)
        self.cycles = all_cycles(self.replica)

    def ended(self, number: int) -> str:
        """Say how a call ended: its variant, that of its refusal, or that it was rejected."""
        try:
            reply: dict[str, Any] = self.replica.reply(number)
        except Rejected as reject:
            is_ours = reject.code == CANISTER_ERROR and "by the test" in reject.message
            return "Rejected" if is_ours else str(reject)
        return variant(reply)

    def ended_ask(self, prompt: str, **fields: Any) -> str:
        """Ask, let the model answer, and say how it ended."""
        number = self.begin("ask", request(prompt, **fields))
        self.release()
        return self.ended(number)

    def stored(self, prompt: str, **fields: Any) -> bool:
        """Tell whether the cache holds the answer, which must be whole."""
        found = self.query("cache", "lookup", request(prompt, **fields))
        if "Hit" not in found:
            return False
        assert found["Hit"]["answer"]["content"] == ANSWER
        return True

    def leases(self) -> tuple[int, int]:
        """Count the flights and the shards that are held."""
        flights = self.counters("batcher")["flights_open"]
        return flights, self.counters("infer")["leases_held"]

    def assert_quiet(self) -> None:
        """Nothing is under way, and every cycle is somewhere."""
        for canister in self.replica.kernel.canisters.values():
            assert (canister.outstanding, canister.contexts) == (0, {})
        assert self.replica.kernel.callbacks == {}
        assert on_their_way(self.replica) == 0
        assert all_cycles(self.replica) == self.cycles

    def let_leases_end(self) -> None:
        """Move time past every lease; what somebody waits for is resumed, nothing is held then."""
        self.replica.advance(LEASES_OVER_S)
        self.release()
        assert self.leases() == (0, 0)


def variant(reply: dict[str, Any]) -> str:
    """Name a reply's variant, that of its refusal where it is one."""
    ((name, value),) = reply.items()
    return next(iter(value)) if name in ("Refused", "Failed") else str(name)


def _answer(_request: OutcallRequest, _node: int) -> OutcallReply:
    return OutcallResponse(200, (), chat_reply(ANSWER).encode())
