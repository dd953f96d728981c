"""The seam between Refrain's commands and what carries their messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kybra_replica.gateway.commands import Mode


class Network(Protocol):
    """A network of canisters; `kybra_replica.gateway.client.ControlClient` is one.

    Calls block. They raise `Rejected` where a canister says no and `ControlError` where the
    network can't be reached.
    """

    def query(self, canister: str, method: str, args: Sequence[Any], sender: str) -> Any:
        """Run a query and return its value."""

    def update(self, canister: str, method: str, args: Sequence[Any], sender: str) -> Any:
        """Run an update and return its value."""

    def create_canister(self, *, controller: str, cycles: int) -> str:
        """Make an empty canister and return its principal."""

    def install(  # noqa: PLR0913 - the fields of one command
        self,
        canister: str,
        *,
        name: str,
        entry: Path,
        roots: Sequence[Path],
        mode: Mode,
        sender: str,
        args: Sequence[Any] = (),
    ) -> None:
        """Install, upgrade or reinstall the program at `entry`."""

    def stop(self, canister: str) -> None:
        """Stop a canister once its calls have drained."""

    def start(self, canister: str) -> None:
        """Start a stopped canister."""

    def status(self, canister: str) -> dict[str, Any]:
        """Tell a canister's `status`, `cycles` and `module_hash`."""

    def canister_ids(self) -> list[str]:
        """List all canisters."""

    def traffic(self) -> dict[str, Any]:
        """Count messages, outcalls and HTTP requests."""
