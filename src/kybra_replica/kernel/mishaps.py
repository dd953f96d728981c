"""A bug of the replica hits the message in hand, and nobody else.

A replica under test lets it through; one that serves others gives the message a final answer,
since whoever waits for it would wait for ever.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from kybra_replica.kernel import answers
from kybra_replica.kernel.messages import Message, Request
from kybra_replica.kernel.rejects import SYS_FATAL, Reject

if TYPE_CHECKING:
    from kybra_replica.kernel.canister import Canister
    from kybra_replica.kernel.kernel_state import KernelState

_LOG = logging.getLogger(__name__)


def end_what_it_hit(state: KernelState, message: Message, error: Exception) -> None:
    """Reject the call that `message` belongs to, and close the contexts that it left open."""
    _LOG.error("the replica failed at %s", type(message).__name__, exc_info=error)
    reject = Reject(SYS_FATAL, f"Internal error of the replica: {type(error).__name__}: {error}")
    closed = [_close_stalled(state, canister, reject) for canister in state.canisters.values()]
    if isinstance(message, Request) and not any(closed):
        answers.deliver(state, message.origin, reject, message.cycles)


def _close_stalled(state: KernelState, canister: Canister, reject: Reject) -> bool:
    # Between two messages every open context awaits something, but for the one that was hit.
    stalled = [context for context in canister.contexts.values() if not context.awaiting]
    for context in stalled:
        if not context.answered and context.origin is not None:
            answers.answer(state, context, reject)
        answers.conclude(state, canister, context)
    return bool(stalled)
