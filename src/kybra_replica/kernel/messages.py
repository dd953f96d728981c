"""What waits in the queue, and whom an answer is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kybra_replica.kernel.rejects import Reject

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = bytes | Reject
"""A reply's Candid bytes, or why there is none."""


@dataclass(frozen=True)
class IngressOrigin:
    """A call from outside; `answered` is told its end, once."""

    ingress_id: int
    answered: Callable[[Answer], None]


@dataclass(frozen=True)
class CanisterOrigin:
    """A call of another canister, which awaits it as `callback`; 0 for a notify."""

    caller: bytes
    callback: int


Origin = IngressOrigin | CanisterOrigin


@dataclass(frozen=True)
class Request:
    """A call on its way to `callee`, with its cycles."""

    origin: Origin
    sender: bytes
    callee: bytes
    method: str
    arg: bytes
    cycles: int = 0


@dataclass(frozen=True)
class Response:
    """An answer on its way back to a waiting call, with the cycles that nobody took."""

    callback: int
    answer: Answer
    refund: int


@dataclass(frozen=True)
class TimerFired:
    """A timer that is due."""

    canister: bytes
    generation: int
    timer_id: int


Message = Request | Response | TimerFired
