"""Refrain's batcher on any network, reached through the Internet Computer's own interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.kernel.principals import InvalidPrincipalError, bytes_of
from refrain.agent.agent import Agent
from refrain.agent.identity import identity_of_pem
from refrain.agent.known_networks import known_network
from refrain.agent.typed_canister import TypedCanister
from refrain.failures import RefrainError

if TYPE_CHECKING:
    from pathlib import Path


class Remote:
    """Canisters by their names, as `ask` wants them."""

    def __init__(self, canisters: dict[str, TypedCanister]) -> None:
        """Name the canisters."""
        self._canisters = canisters

    def query(self, canister: str, method: str, *args: Any) -> Any:
        """Query a canister by its name; raises as `Agent.query` does."""
        return self._canisters[canister].query(method, *args)

    def update(self, canister: str, method: str, *args: Any) -> Any:
        """Update a canister by its name; raises as `Agent.update` does."""
        return self._canisters[canister].update(method, *args)


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
    return Remote({"batcher": TypedCanister(Agent(*known, signer), batcher)})
