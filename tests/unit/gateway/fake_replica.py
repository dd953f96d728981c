"""A replica of one pretended canister, with `LiveReplica`'s methods, for servers under test."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kybra_replica.kernel.rejects import DESTINATION_INVALID, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kybra_replica.gateway.commands import Mode
    from kybra_replica.program.interface import Program


@dataclass(frozen=True)
class FakeStatus:
    """What a fake canister's controllers see."""

    status: str
    cycles: int
    module_hash: str
    certified_data: bytes = b"\x01\xff"


class FakeReplica:
    """Answers a method by the function registered for it, and notes what it was told."""

    def __init__(self) -> None:
        """Start with no canisters and no methods."""
        self.methods: dict[str, Callable[..., Any]] = {}
        self.told: list[tuple[Any, ...]] = []
        self.states: dict[str, str] = {}
        self.hashes: dict[str, str] = {}
        self.can_stop = threading.Event()
        self.can_stop.set()

    def create_canister(self, *, controller: str, cycles: int) -> str:
        """Make a running, empty canister."""
        canister = f"canister-{len(self.states)}"
        self.told.append(("create_canister", controller, cycles))
        self.states[canister] = "running"
        self.hashes[canister] = ""
        return canister

    def install(
        self, canister: str, program: Program, *, mode: Mode, sender: str, args: Sequence[Any]
    ) -> None:
        """Note the program's name."""
        self.told.append(("install", canister, program.name, mode, sender, list(args)))
        self.hashes[canister] = "hash"

    def stop(self, canister: str) -> None:
        """Stop once `can_stop` is set."""
        self.told.append(("stop", canister))
        self.states[canister] = "stopping"
        self.can_stop.wait()
        self.states[canister] = "stopped"

    def start(self, canister: str) -> None:
        """Start, whatever the state."""
        self.told.append(("start", canister))
        self.states[canister] = "running"
        self.can_stop.set()

    def canister_ids(self) -> list[str]:
        """List the fake canisters."""
        return list(self.states)

    def status(self, canister: str) -> FakeStatus:
        """Tell of a fake canister."""
        return FakeStatus(self.states[canister], 10**14, self.hashes[canister])

    def query(self, canister: str, method: str, args: Sequence[Any], sender: str) -> Any:
        """Run the method registered under this name."""
        self.told.append(("query", canister, method, list(args), sender))
        return self._answer(method, args)

    def update(self, canister: str, method: str, args: Sequence[Any], sender: str) -> Any:
        """Run the method registered under this name."""
        self.told.append(("update", canister, method, list(args), sender))
        return self._answer(method, args)

    def traffic(self) -> dict[str, int]:
        """Count the messages."""
        messages = [each for each in self.told if each[0] in {"query", "update"}]
        return {"messages": len(messages), "outcalls": 0, "http_requests": 0}

    def _answer(self, method: str, args: Sequence[Any]) -> Any:
        if method not in self.methods:
            raise Rejected(DESTINATION_INVALID, f"no method {method}")
        return self.methods[method](*args)
