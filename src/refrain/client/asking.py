"""One ask from start to end: its reply, or the ticket it got followed until it settles."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from refrain.client.refusal_texts import refused
from refrain.failures import RefrainError
from refrain_core.cache_status import MISS, CacheStatus, parse_status

if TYPE_CHECKING:
    from collections.abc import Iterator

PAUSE_S = 0.1
"""Between two looks at a ticket."""

GRACE_S = 5.0
"""How far this clock may be ahead of the network's."""


class Asked(Protocol):
    """Canisters by their names, or by principals: a `Connection`, or a `Remote` by names alone."""

    def query(self, canister: str, method: str, *args: Any) -> Any:
        """Run a query and return its value."""

    def update(self, canister: str, method: str, *args: Any) -> Any:
        """Run an update and return its value."""


class Outcome(NamedTuple):
    """An answer with how it was served; `elapsed_s` is what the asker waited.

    verdict: of an answer that was voted on just now, keys as in ConsistentVote without it.
    """

    answered: dict[str, Any]
    elapsed_s: float
    verdict: dict[str, Any] | None = None

    @property
    def is_hit(self) -> bool:
        """Whether the answer came from the cache, be it stale, without asking a model."""
        return self.status.is_hit

    @property
    def status(self) -> CacheStatus:
        """How the answer was served; a status of an unknown form counts as a miss."""
        return parse_status(self.answered["cache_status"]) or CacheStatus(MISS)


def ask(connection: Asked, request: dict[str, Any]) -> Outcome:
    """Ask the batcher and wait for the answer.

    Raises:
        Refused: a canister refused the request, the flight failed, or its votes did not agree.
        RefrainError: the ticket expired or was never settled.
    """
    started = time.monotonic()
    result = connection.update("batcher", "ask", request)
    if "Refused" in result:
        raise refused(result["Refused"])
    answered = result.get("Answered")
    verdict = None
    if answered is None:
        answered, verdict = _follow(connection, result["Joined"])
    return Outcome(answered, time.monotonic() - started, verdict)


def while_it_lasts(ticket: dict[str, Any]) -> Iterator[None]:
    """Yield for as long as a ticket may settle.

    Raises:
        RefrainError: it did not in all its time.
    """
    deadline_s = ticket["expires_at_ns"] / 1e9 + GRACE_S
    while time.time() < deadline_s:
        yield
    raise RefrainError("The ticket was never settled. Ask again; see refrain status.")


def _follow(
    connection: Asked, ticket: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    for _ in while_it_lasts(ticket):
        state = connection.query("batcher", "result", ticket["ticket"])
        if "Pending" not in state:
            break
        time.sleep(PAUSE_S)
    return settled(state)


def settled(state: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Read the answer, and the verdict of a vote, from a TicketState that is not pending.

    Raises:
        Refused: the flight failed, or its votes did not agree.
        RefrainError: the ticket expired.
    """
    if "Settled" in state:
        return state["Settled"], None
    if "Consistent" in state:
        verdict = dict(state["Consistent"])
        return verdict.pop("answered"), verdict
    if "Inconsistent" in state:
        raise refused(state)
    if "Expired" in state:
        raise RefrainError("The ticket expired before its answer was read. Ask again.")
    raise refused(state.get("Failed") or state["Refused"])
