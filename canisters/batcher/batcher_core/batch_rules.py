"""What may become a batch, and what a ticket's state means to a batch's item."""

from typing import Any

from batcher_core.batch_machine import (
    CANCELLING,
    FINALIZING,
    IN_PROGRESS,
    ITEMS_ENDED,
    LISTS_CLOSED,
    WINDOW_OVER,
)
from batcher_core.batches import Batch
from batcher_core.outcomes import Outcome, refused_outcome
from refrain_core.limits import ANONYMOUS, NANOSECONDS
from refrain_core.refusals import bad_request, busy, no_consensus, not_allowed, too_large

MAX_ITEMS = 500
MAX_BATCH_BYTES = 1_500_000
"""A message to a canister has two million bytes."""

MAX_BATCHES = 64
MAX_OPEN_ITEMS = 2_000
"""What post_upgrade looks at again."""

LEAST_WINDOW_S = 10
MOST_WINDOW_S = 86_400
RETRY_AFTER_S = 60

KEPT_NS = 86_400 * NANOSECONDS
"""How long a batch that is over can be read."""


def lines_of(text: str) -> list[str]:
    """Split a batch's text into its lines that are not blank."""
    return [line for line in text.split("\n") if line.strip(" \t\r")]


def refuse_batch(
    asker: str, text: str, window_s: int, kept: "tuple[int, int]"
) -> "dict[str, Any] | None":
    """Refuse what is no batch, or too much; kept: how many batches there are, and items of open."""
    if asker == ANONYMOUS:
        return not_allowed("a batch is read by its asker, so sign your call")
    if not LEAST_WINDOW_S <= window_s <= MOST_WINDOW_S:
        return bad_request(f"window_s is {window_s}: choose {LEAST_WINDOW_S} to {MOST_WINDOW_S}")
    if len(text) > MAX_BATCH_BYTES:
        return too_large("bytes", len(text), MAX_BATCH_BYTES)
    return _refuse_count(len(lines_of(text)), *kept)


def due_event(batch: Batch, now_ns: int) -> "str | None":
    """Return what time and ended items bring about of a batch that goes on, or None."""
    if batch.state == FINALIZING:
        return LISTS_CLOSED
    if now_ns >= batch.expires_at_ns:
        return WINDOW_OVER
    if batch.state == IN_PROGRESS and batch.ended == batch.counts["total"]:
        return ITEMS_ENDED
    return ITEMS_ENDED if batch.state == CANCELLING and not batch.out else None


def outcome_of(state: dict[str, Any]) -> "Outcome | None":
    """Return what a ticket came to; None if its work was lost. It is pending no more."""
    answered = state.get("Settled") or (state.get("Consistent") or {}).get("answered")
    if answered is not None:
        return Outcome(answered, None)
    if "Inconsistent" in state:
        return refused_outcome(no_consensus("the answers did not agree"))
    failed = state.get("Failed")
    return None if failed is None else refused_outcome(failed)


def _refuse_count(count: int, batches: int, open_items: int) -> "dict[str, Any] | None":
    if count == 0:
        return bad_request("the batch has no line")
    if count > MAX_ITEMS:
        return too_large("messages", count, MAX_ITEMS)
    is_full = batches >= MAX_BATCHES or open_items + count > MAX_OPEN_ITEMS
    return busy(RETRY_AFTER_S) if is_full else None
