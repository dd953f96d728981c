"""From a state folder to its running network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kybra_replica.gateway.client import ControlClient
from refrain.failures import NotUp
from refrain.state.folder import read_json
from refrain.state.lock import holder

if TYPE_CHECKING:
    from refrain.client.network import Network
    from refrain.state.folder import StateFolder


class Connection(NamedTuple):
    """A running network with what a command needs to know of it."""

    network: Network
    url: str
    pid: int
    operator: str
    canisters: dict[str, str]
    model: str
    model_note: str | None
    ic_url: str | None = None
    root_key: str | None = None

    def query(self, canister: str, method: str, *args: Any) -> Any:
        """Query a canister by its name or its principal, as the operator."""
        return self.network.query(self._principal(canister), method, args, self.operator)

    def update(self, canister: str, method: str, *args: Any) -> Any:
        """Update a canister by its name or its principal, as the operator."""
        return self.network.update(self._principal(canister), method, args, self.operator)

    def _principal(self, canister: str) -> str:
        return self.canisters.get(canister, canister)


def connect(folder: StateFolder) -> Connection:
    """Connect to the folder's network.

    Raises:
        NotUp: nothing runs there, or it is not ready yet.
    """
    if holder(folder.lock) is None:
        raise NotUp(f"No network runs in {folder.path}. Start it with: refrain up")
    known = read_json(folder.status)
    if known is None:
        raise NotUp(f"The network in {folder.path} is not ready. See {folder.log}.")
    return Connection(ControlClient(known["url"], folder.token()), **known)
