"""A push and its record: ``asker|method|token|digest|state|tries|next_ns|expires_at_ns``."""

from typing import NamedTuple

from batcher_core.push_machine import (
    ENDED_PUSHES,
    PENDING,
    PUSHED,
    TRIES_OVER,
    next_push_state,
)
from refrain_core.limits import NANOSECONDS

MOST_TRIES = 5
FIRST_PAUSE_NS = 5 * NANOSECONDS
"""How long a receiver has to say that it has it; each time thrice as long."""


class Push(NamedTuple):
    """A ticket whose end is pushed. token: its flight's, as on the ticket.

    next_ns: when it is due, 0 as long as there is nothing to tell.
    """

    ticket: int
    asker: str
    method: str
    token: int
    digest: str
    expires_at_ns: int
    state: str = PENDING
    tries: int = 0
    next_ns: int = 0

    @property
    def is_ended(self) -> bool:
        """Whether nothing more is sent."""
        return self.state in ENDED_PUSHES


def after(push: Push, event: str, now_ns: int) -> Push:
    """Return the push after an event; sent once more, it is due again a longer while later."""
    state = next_push_state(push.state, event)
    if event != PUSHED:
        return push._replace(state=state, next_ns=0)
    pause_ns = FIRST_PAUSE_NS * 3**push.tries
    return push._replace(state=state, tries=push.tries + 1, next_ns=now_ns + pause_ns)


def step_of(push: Push) -> str:
    """Return what is done with a push that is due: it is sent, or given up."""
    return PUSHED if push.tries < MOST_TRIES else TRIES_OVER


def pack_push(push: Push) -> str:
    """Write a push as its record."""
    whose = f"{push.asker}|{push.method}|{push.token}|{push.digest}"
    return f"{whose}|{push.state}|{push.tries}|{push.next_ns}|{push.expires_at_ns}"


def unpack_push(ticket: int, record: str) -> Push:
    """Read what `pack_push` wrote."""
    asker, method, token, digest, state, tries, next_ns, expires_at_ns = record.split("|")
    return Push(
        ticket,
        asker,
        method,
        int(token),
        digest,
        int(expires_at_ns),
        state,
        int(tries),
        int(next_ns),
    )
