"""The lives of a batch and of each of its items, as two tables: which event leads where.

The states of a batch are those of OpenAI's Batch API.
"""

from refrain_core.transitions import following

VALIDATING = "validating"
IN_PROGRESS = "in_progress"
FINALIZING = "finalizing"
COMPLETED = "completed"
FAILED = "failed"
EXPIRED = "expired"
CANCELLING = "cancelling"
CANCELLED = "cancelled"

STATES = (
    *(VALIDATING, IN_PROGRESS, FINALIZING, COMPLETED),
    *(FAILED, EXPIRED, CANCELLING, CANCELLED),
)
FINAL_STATES = frozenset((COMPLETED, FAILED, EXPIRED, CANCELLED))

LINES_VALID = "lines_valid"
LINE_INVALID = "line_invalid"
ITEMS_ENDED = "items_ended"
LISTS_CLOSED = "lists_closed"
WINDOW_OVER = "window_over"
CANCEL_ASKED = "cancel_asked"

EVENTS = (LINES_VALID, LINE_INVALID, ITEMS_ENDED, LISTS_CLOSED, WINDOW_OVER, CANCEL_ASKED)

TRANSITIONS = {
    (VALIDATING, LINES_VALID): IN_PROGRESS,
    (VALIDATING, LINE_INVALID): FAILED,
    (VALIDATING, WINDOW_OVER): EXPIRED,
    (VALIDATING, CANCEL_ASKED): CANCELLING,
    (IN_PROGRESS, ITEMS_ENDED): FINALIZING,
    (IN_PROGRESS, WINDOW_OVER): EXPIRED,
    (IN_PROGRESS, CANCEL_ASKED): CANCELLING,
    (FINALIZING, LISTS_CLOSED): COMPLETED,
    (CANCELLING, ITEMS_ENDED): CANCELLED,
    (CANCELLING, WINDOW_OVER): CANCELLED,
}

PENDING = "pending"
SENT = "sent"
ANSWERED = "answered"
REFUSED = "refused"

ITEM_STATES = (PENDING, SENT, ANSWERED, REFUSED)
ENDED_ITEMS = frozenset((ANSWERED, REFUSED))

SUBMITTED = "submitted"
WORK_LOST = "work_lost"
ANSWER_CAME = "answer_came"
REFUSAL_CAME = "refusal_came"

ITEM_EVENTS = (SUBMITTED, WORK_LOST, ANSWER_CAME, REFUSAL_CAME)

ITEM_TRANSITIONS = {
    (PENDING, SUBMITTED): SENT,
    (PENDING, REFUSAL_CAME): REFUSED,
    (SENT, WORK_LOST): PENDING,
    (SENT, ANSWER_CAME): ANSWERED,
    (SENT, REFUSAL_CAME): REFUSED,
}


def next_batch_state(state: str, event: str) -> str:
    """Return the state that `event` leads a batch to; raises as `following` does."""
    return following(TRANSITIONS, state, event)


def next_item_state(state: str, event: str) -> str:
    """Return the state that `event` leads an item to; raises as `following` does."""
    return following(ITEM_TRANSITIONS, state, event)
