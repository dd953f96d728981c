"""Refrain's batcher on any network, reached through the Internet Computer's own interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.kernel.principals import InvalidPrincipalError, bytes_of, text_of
from kybra_replica.kernel.rejects import Rejected
from refrain.agent.agent import Agent
from refrain.agent.identity import identity_of_pem
from refrain.agent.known_networks import known_network
from refrain.agent.stewardship import canister_state
from refrain.agent.typed_canister import TypedCanister
from refrain.failures import RefrainError

if TYPE_CHECKING:
    from pathlib import Path

_NAME = "batcher"


class Remote:
    """The batcher on a network, under its name, as `ask` wants it."""

    def __init__(self, agent: Agent, batcher: str) -> None:
        """Ask the batcher `batcher`, a principal's text, as the agent's identity."""
        self._agent = agent
        self._batcher = batcher
        self._canisters = {_NAME: TypedCanister(agent, batcher)}

    @property
    def agent(self) -> Agent:
        """Whose identity asks, and where."""
        return self._agent

    @property
    def batcher(self) -> str:
        """The batcher's principal."""
        return self._batcher

    def query(self, canister: str, method: str, *args: Any) -> Any:
        """Query the batcher; KeyError for another, else raises as `Agent.query` does."""
        return self._canisters[canister].query(method, *args)

    def update(self, canister: str, method: str, *args: Any) -> Any:
        """Update the batcher; KeyError for another, else raises as `Agent.update` does."""
        return self._canisters[canister].update(method, *args)

    def only_model(self) -> str:
        """The one model that the batcher serves; RefrainError where it is not one."""
        models: list[str] = self.query(_NAME, "models")
        if len(models) != 1:
            known = ", ".join(models) or "none"
            raise RefrainError(f"The batcher serves {known}: choose with --model.")
        return models[0]

    def report(self) -> dict[str, Any]:
        """What the batcher tells of itself; None stands for what only controllers may know."""
        try:
            state = canister_state(self._agent, self._batcher)
        except Rejected:
            state = None
        return {
            "url": None,
            "ic_url": self._agent.url,
            "operator": text_of(self._agent.principal),
            "model": ", ".join(self.query(_NAME, "models")),
            "model_note": None,
            "canisters": {_NAME: self._batcher},
            "status": {_NAME: state and state.status},
            "cycles": {_NAME: state and state.cycles},
            "counts": {_NAME: self.query(_NAME, "counters")},
            "traffic": {},
        }


def connect_remote(
    network: str, batcher: str, *, identity: Path | None = None, root_key: bytes | None = None
) -> Remote:
    """Reach the batcher `batcher` at `network`, as the key in the PEM file `identity`.

    Raises:
        RefrainError: no principal, no identity, or no network that can be trusted.
    """
    try:
        bytes_of(batcher)
    except InvalidPrincipalError:
        raise RefrainError(f"{batcher!r} is no principal. Name the batcher's.") from None
    known = known_network(network, root_key)
    signer = None if identity is None else identity_of_pem(identity)
    return Remote(Agent(*known, signer), batcher)
