"""A canister as the kernel knows it: status, cycles, open calls, timers."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from kybra_replica.kernel.principals import text_of
from kybra_replica.worker.message_context import HELD_CYCLES_PER_CALL

if TYPE_CHECKING:
    from kybra_replica.kernel.messages import Origin
    from kybra_replica.kernel.worker_link import WorkerLink
    from kybra_replica.program.interface import Program

Status = Literal["running", "stopping", "stopped"]
LOG_LINES = 1_000


@dataclass
class CallContext:
    """A call that a canister is working on; `origin` None is a timer's.

    `available` are cycles that came with it and were not accepted yet.
    """

    context_id: int
    origin: Origin | None
    caller: bytes
    method: str
    available: int = 0
    answered: bool = False
    awaiting: int = 0


@dataclass
class Timer:
    """One timer: when it is due, and how often again (0: once)."""

    timer_id: int
    due_ns: int
    interval_ns: int


@dataclass
class Canister:
    """One canister; `generation` grows with each program that was installed into it."""

    canister_id: bytes
    controllers: tuple[str, ...]
    cycles: int
    status: Status = "running"
    program: Program | None = None
    module_hash: str = ""
    certified_data: bytes = b""
    generation: int = 0
    worker: WorkerLink | None = None
    contexts: dict[int, CallContext] = field(default_factory=dict)
    timers: dict[int, Timer] = field(default_factory=dict)
    outstanding: int = 0
    outstanding_management: int = 0
    logs: deque[str] = field(default_factory=lambda: deque(maxlen=LOG_LINES))

    @property
    def free_cycles(self) -> int:
        """Cycles beside what outstanding calls hold."""
        return self.cycles - HELD_CYCLES_PER_CALL * self.outstanding

    @property
    def text(self) -> str:
        """The canister's principal as text."""
        return text_of(self.canister_id)


@dataclass
class Callback:
    """A call that a canister awaits."""

    callback: int
    local_id: int
    caller: bytes
    generation: int
    context_id: int
    to_management: bool
