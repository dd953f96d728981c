"""A canister as the kernel knows it: status, cycles, open calls, timers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from kybra_replica.kernel.canister_log import CanisterLog
from kybra_replica.kernel.change_history import History
from kybra_replica.kernel.principals import text_of
from kybra_replica.kernel.settings import Settings
from kybra_replica.worker.message_context import HELD_CYCLES_PER_CALL

if TYPE_CHECKING:
    from kybra_replica.kernel.messages import Origin
    from kybra_replica.kernel.module import Module
    from kybra_replica.kernel.worker_link import WorkerLink
    from kybra_replica.program.interface import Program

Status = Literal["running", "stopping", "stopped"]


@dataclass
class CallContext:
    """A call that a canister is working on; `origin` None is a timer's.

    `available` are cycles that came with it and were not accepted yet; `instructions` is what its
    messages came to so far.
    """

    context_id: int
    origin: Origin | None
    caller: bytes
    method: str
    available: int = 0
    answered: bool = False
    awaiting: int = 0
    instructions: int = 0


@dataclass
class Timer:
    """One timer: when it is due, and how often again (0: once)."""

    timer_id: int
    due_ns: int
    interval_ns: int


@dataclass
class QueryStatistics:
    """What queries of a canister came to, since the replica started."""

    calls: int = 0
    instructions: int = 0
    request_bytes: int = 0
    response_bytes: int = 0


@dataclass
class Canister:
    """One canister.

    `module` None is an empty one; a `module` without `program` is foreign code that is kept and
    not run. `generation` grows with each code that was installed into it, `version` with each
    change of anything.
    """

    canister_id: bytes
    controllers: tuple[str, ...]
    cycles: int
    status: Status = "running"
    program: Program | None = None
    module: Module | None = None
    settings: Settings = field(default_factory=Settings)
    history: History = field(default_factory=History)
    version: int = 0
    certified_data: bytes = b""
    generation: int = 0
    worker: WorkerLink | None = None
    contexts: dict[int, CallContext] = field(default_factory=dict)
    timers: dict[int, Timer] = field(default_factory=dict)
    outstanding: int = 0
    outstanding_management: int = 0
    logs: CanisterLog = field(default_factory=CanisterLog)
    query_statistics: QueryStatistics = field(default_factory=QueryStatistics)

    @property
    def free_cycles(self) -> int:
        """Cycles beside what outstanding calls hold."""
        return self.cycles - HELD_CYCLES_PER_CALL * self.outstanding

    @property
    def module_hash(self) -> str:
        """The sha256, in hex, of the installed module as it was sent; empty where there is none."""
        return "" if self.module is None else self.module.sha256

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
