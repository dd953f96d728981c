"""One canister's process-wide state: program, connection, suspended calls, timers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import kybra
from kybra import Principal

from kybra_replica.metering import limits, principal_prices
from kybra_replica.metering.sized_prices import METER
from kybra_replica.worker import traps, wire

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from types import CodeType

    from kybra_replica.program.interface import Program
    from kybra_replica.worker.message_context import MessageContext

MAX_REPLY_BYTES = 2 * 1_048_576
MAX_QUERY_REPLY_BYTES = 3 * 1_048_576
FIRST_TIMER_ID = 4_294_967_297
"""The first key that Kybra's timer table hands out."""


@dataclass
class Task:
    """A suspended call: its stack of generators, and where its result goes."""

    stack: list[Any]
    method: str | None
    context_id: int


@dataclass
class Runtime:
    """Everything that outlives a message in a canister's process."""

    canister_id: bytes
    program: Program
    code: dict[str, CodeType]
    connection: Connection
    seed: bytes
    scope: dict[str, Any] = field(default_factory=dict)
    message: MessageContext | None = None
    suspended: dict[int, Task] = field(default_factory=dict)
    graveyard: list[Task] = field(default_factory=list)
    timers: dict[int, Any] = field(default_factory=dict)
    next_callback: int = 1
    next_timer: int = FIRST_TIMER_ID
    updates_run: int = 0
    map_entries: dict[int, int] = field(default_factory=dict)

    @property
    def canister_text(self) -> str:
        """This canister's principal as text."""
        return str(Principal(self.canister_id).to_str())

    @property
    def now(self) -> MessageContext:
        """The message that runs now."""
        assert self.message is not None  # noqa: S101 (canister code runs only within a message)
        return self.message

    def charge(self, instructions: int) -> None:
        """Add to the message's estimate; ends it where that is over its limit."""
        METER.charge(instructions)

    def ask(self, *request: Any) -> Any:
        """Ask the kernel and wait for its answer.

        A message over its limit ends before it asks: what the alarm ends never is in mid-sentence.
        """
        METER.check()
        wire.send(self.connection, *request)
        return wire.receive(self.connection)[0]

    def trap(self, text: str, *, code: str = "IC0503") -> NoReturn:
        """End this process; the checkpoint goes on."""
        traps.end(self.connection, text, code=code)

    def exceed(self) -> NoReturn:
        """End a message that is over its limit."""
        METER.limit = limits.UNLIMITED
        self.trap(limits.exceeded(self.now.kind), code=limits.CODE)

    def violate(self, why: str) -> NoReturn:
        """Trap as the system does when a call is not allowed as it was made."""
        self.trap(f"Canister violated contract: {why}", code="IC0504")

    def need_update(self, call: str) -> None:
        """Refuse a call that changes state within a query."""
        if self.now.read_only:
            mode = "inspect message" if self.now.kind == "inspect" else "non replicated query"
            self.violate(f'"{call}" cannot be executed in {mode} mode')

    def answer(self, form: str, payload: Any) -> None:
        """Keep the message's one answer: ("reply", Candid bytes) or ("reject", text)."""
        if self.now.reply is not None or self.now.already_replied:
            self.violate("ic0.msg_reply_data_append: the call is already replied.")
        limit = MAX_QUERY_REPLY_BYTES if self.now.kind == "query" else MAX_REPLY_BYTES
        if len(payload) > limit:
            size = f"application payload size ({len(payload)}) cannot be larger than {limit}"
            self.violate(f"ic0.msg_reply_data_append: {size}")
        self.now.reply = (form, payload)

    def bury(self, callback_id: int) -> None:
        """Forget a call whose callback trapped, without running any finally of it."""
        task = self.suspended.pop(callback_id, None)
        if task is not None:
            self.graveyard.append(task)


def principal(raw: bytes) -> Any:
    """A fresh Principal; or whatever a canister's own class makes of the text.

    Kybra looks the class up by its name in kybra, each time.
    """
    made_by: Any = kybra.Principal
    if made_by is Principal:
        METER.charge(principal_prices.handed_over(len(raw)))
        return Principal(raw)
    before = METER.spent
    text = Principal(raw).to_str()
    METER.spent = before  # the system wrote that text, no Python
    METER.charge(principal_prices.LOOKED_UP)
    return made_by.from_str(text)
