"""What the kernel's parts share: canisters, queue, waiting calls, counts."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kybra_replica.kernel.canister import Callback, CallContext, Canister

if TYPE_CHECKING:
    import random

    from kybra_replica.kernel.clock import Clock
    from kybra_replica.kernel.messages import Answer, IngressOrigin, Message, Origin, Request
    from kybra_replica.stable.map_store import MapStore
    from kybra_replica.stable.store import Store


@dataclass
class MessageCounts:
    """How many messages of each kind ran, and what they burnt."""

    updates: int = 0
    queries: int = 0
    callbacks: int = 0
    timers: int = 0
    traps: int = 0
    calls: int = 0
    outcalls: int = 0
    instructions: int = 0
    query_instructions: int = 0
    burned_cycles: int = 0


MESSAGE_LIMIT_S = 60.0
"""Wall seconds after which a message counts as over its limit, whatever it counted itself."""


@dataclass(frozen=True)
class StopRequest:
    """A call that waits until a canister has stopped, and when it is given up."""

    canister: bytes
    request: Request
    deadline_ns: int


Fault = Callable[[str, str, str], str | None]
"""Given canister, kind and method of a message that ended well: a text makes it trap instead."""

Mishap = Callable[["KernelState", "Message", Exception], None]
"""What becomes of a message that a bug of the replica hit."""


@dataclass
class KernelState:
    """The one mutable state of a replica; touched by the kernel's thread alone."""

    store: Store
    maps: MapStore
    clock: Clock
    nodes: int
    random: random.Random
    canisters: dict[bytes, Canister] = field(default_factory=dict)
    queue: deque[Message] = field(default_factory=deque)
    callbacks: dict[int, Callback] = field(default_factory=dict)
    announcements: list[tuple[IngressOrigin, Answer]] = field(default_factory=list)
    counts: MessageCounts = field(default_factory=MessageCounts)
    stop_requests: list[StopRequest] = field(default_factory=list)
    fault: Fault | None = None
    limit_s: float = MESSAGE_LIMIT_S
    mishap: Mishap | None = None
    next_callback: int = 1
    next_context: int = 1

    def new_context(
        self, origin: Origin | None, caller: bytes, method: str, available: int = 0
    ) -> CallContext:
        """A call that a canister begins to work on."""
        context = CallContext(self.next_context, origin, caller, method, available)
        self.next_context += 1
        return context

    def save(self, canister: Canister) -> None:
        """Write what may change with any message: cycles, status, version, certified data."""
        self.store.connection.execute(
            "UPDATE canisters SET cycles = ?, status = ?, certified_data = ?, version = ? "
            "WHERE id = ?",
            (
                str(canister.cycles),
                canister.status,
                canister.certified_data,
                canister.version,
                canister.canister_id,
            ),
        )

    def burn(self, canister: Canister, fee_cycles: int) -> None:
        """Take a fee, as far as there are cycles."""
        taken = min(fee_cycles, canister.cycles)
        canister.cycles -= taken
        self.counts.burned_cycles += taken
