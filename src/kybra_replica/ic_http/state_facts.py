"""What the state tree tells of a canister and of a request, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from kybra_replica.kernel.rejects import CANISTER_REJECT, Reject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kybra_replica.kernel.messages import Answer

RequestState = Literal["processing", "replied", "rejected", "done"]


@dataclass(frozen=True)
class Section:
    """A custom section of a canister's module; a private one is for controllers only."""

    data: bytes
    public: bool = True


@dataclass(frozen=True)
class CanisterFacts:
    """Who controls a canister, and which module it runs; None for an empty canister."""

    controllers: tuple[bytes, ...]
    module_hash: bytes | None = None
    sections: Mapping[str, Section] = field(default_factory=dict)


@dataclass(frozen=True)
class RequestFacts:
    """A request that the replica knows.

    Its answer is None while it is under way, and when it is too old to be told ("done").
    """

    sender: bytes
    canister_id: bytes
    state: RequestState
    answer: Answer | None = None


def ended(sender: bytes, canister_id: bytes, answer: Answer) -> RequestFacts:
    """A request that got its answer."""
    state: RequestState = "rejected" if isinstance(answer, Reject) else "replied"
    return RequestFacts(sender, canister_id, state, numbered(answer))


REJECTED_MESSAGE = "IC0406"
"""The number of what a canister itself rejects, by ic.reject or by not accepting a message."""


def numbered(answer: Answer) -> Answer:
    """An answer as ingress senders get it: every reject of a canister has a number too."""
    if isinstance(answer, Reject) and answer.code == CANISTER_REJECT and not answer.error_code:
        return Reject(answer.code, answer.message, REJECTED_MESSAGE)
    return answer
