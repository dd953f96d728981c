"""Facts and effects of the one message that a worker runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from kybra_replica.metering.sized_prices import METER

Kind = Literal["update", "query", "callback", "timer", "install", "pre_upgrade", "inspect"]

HELD_CYCLES_PER_CALL = 42_130_000_000
"""What an outstanding call holds of the balance until its reply (measured on PocketIC 10)."""

READ_ONLY: frozenset[str] = frozenset({"query", "inspect"})


@dataclass
class MessageContext:
    """What the kernel says about a message, and what the canister did in it.

    Cycles are counts of cycles; `time_ns` is nanoseconds since 1970; `balance_cycles` is what is
    left beside what outstanding calls hold; after `limit_s` wall seconds the message is ended;
    where it `is_certifiable`, the kernel has a certificate of the certified data for it.
    `earlier_instructions` are those of the messages before it in its call, or its installation.
    """

    kind: Kind
    name: str
    arg: bytes
    caller: bytes
    time_ns: int
    balance_cycles: int
    available_cycles: int = 0
    refunded_cycles: int = 0
    outstanding_management_calls: int = 0
    context_id: int = 0
    callback_id: int = 0
    response: tuple[Any, ...] | None = None
    is_certifiable: bool = False
    already_replied: bool = False
    limit_s: float = 60.0
    earlier_instructions: int = 0

    accepted_cycles: int = 0
    sent_cycles: int = 0
    reply: tuple[str, Any] | None = None
    inspected: bool = False
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    timers_set: list[tuple[int, int, bool]] = field(default_factory=list)
    timers_cleared: list[int] = field(default_factory=list)
    certified_data: bytes | None = None
    prints: list[str] = field(default_factory=list)

    @property
    def free_cycles(self) -> int:
        """What can be sent or held now."""
        held = HELD_CYCLES_PER_CALL * len(self.calls)
        return self.balance_cycles + self.accepted_cycles - self.sent_cycles - held

    @property
    def read_only(self) -> bool:
        """Whether nothing of this message may last."""
        return self.kind in READ_ONLY

    def outcome(self) -> dict[str, Any]:
        """The effects, as plain values for the kernel."""
        return {
            "accepted": self.accepted_cycles,
            "reply": self.reply,
            "accept_message": self.inspected,
            "calls": self.calls,
            "timers_set": self.timers_set,
            "timers_cleared": self.timers_cleared,
            "certified_data": self.certified_data,
            "prints": self.prints,
            "instructions": METER.spent,
        }
