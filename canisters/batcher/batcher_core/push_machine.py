"""The life of a push, as one table: a ticket's end told to a function of its asker's canister.

A push is a message that nobody waits for. That it arrived is known by the receiver's own word, and
without that it is sent again: at least once, so the ticket's number is what the receiver goes by.
"""

PENDING = "pending"
DELIVERING = "delivering"
DELIVERED = "delivered"
GIVEN_UP = "given_up"

PUSH_STATES = (PENDING, DELIVERING, DELIVERED, GIVEN_UP)
ENDED_PUSHES = frozenset((DELIVERED, GIVEN_UP))

PUSHED = "pushed"
ACKNOWLEDGED = "acknowledged"
TRIES_OVER = "tries_over"
TICKET_OVER = "ticket_over"

PUSH_EVENTS = (PUSHED, ACKNOWLEDGED, TRIES_OVER, TICKET_OVER)

PUSH_TRANSITIONS = {
    (PENDING, PUSHED): DELIVERING,
    (PENDING, ACKNOWLEDGED): DELIVERED,
    (PENDING, TICKET_OVER): GIVEN_UP,
    (DELIVERING, PUSHED): DELIVERING,
    (DELIVERING, ACKNOWLEDGED): DELIVERED,
    (DELIVERING, TRIES_OVER): GIVEN_UP,
    (DELIVERING, TICKET_OVER): GIVEN_UP,
    (GIVEN_UP, ACKNOWLEDGED): DELIVERED,
}


def next_push_state(state: str, event: str) -> str:
    """Return the state that `event` leads to; what the table lacks changes nothing."""
    return PUSH_TRANSITIONS.get((state, event), state)
