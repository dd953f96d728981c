"""The life of a flight, as one table: which event leads from which state to which.

A flight is the work on one digest: it may begin with a lookup in the cache (a submitted request)
or at once with the call of a model (an asked one, whose lookup came before). It ends once. Where
somebody waits, work that was lost is resumed: looked up anew, under a new lease. Where nobody
waits any more, work that has not begun is called off.
"""

from refrain_core.transitions import following

UNOPENED = "unopened"
LOOKING_UP = "looking_up"
DISPATCHED = "dispatched"
SETTLED = "settled"
FAILED = "failed"
EXPIRED = "expired"
CANCELLED = "cancelled"

STATES = (UNOPENED, LOOKING_UP, DISPATCHED, SETTLED, FAILED, EXPIRED, CANCELLED)
FINAL_STATES = frozenset((SETTLED, FAILED, EXPIRED, CANCELLED))

LOOKUP_BEGUN = "lookup_begun"
MODEL_CALLED = "model_called"
HIT_FOUND = "hit_found"
MODEL_ANSWERED = "model_answered"
WORK_REFUSED = "work_refused"
LEASE_ENDED = "lease_ended"
WORK_RESUMED = "work_resumed"
CALLED_OFF = "called_off"

EVENTS = (
    *(LOOKUP_BEGUN, MODEL_CALLED, HIT_FOUND, MODEL_ANSWERED, WORK_REFUSED),
    *(LEASE_ENDED, WORK_RESUMED, CALLED_OFF),
)

TRANSITIONS = {
    (UNOPENED, LOOKUP_BEGUN): LOOKING_UP,
    (UNOPENED, MODEL_CALLED): DISPATCHED,
    (LOOKING_UP, HIT_FOUND): SETTLED,
    (LOOKING_UP, MODEL_CALLED): DISPATCHED,
    (LOOKING_UP, WORK_REFUSED): FAILED,
    (LOOKING_UP, LEASE_ENDED): EXPIRED,
    (LOOKING_UP, WORK_RESUMED): LOOKING_UP,
    (LOOKING_UP, CALLED_OFF): CANCELLED,
    (DISPATCHED, MODEL_ANSWERED): SETTLED,
    (DISPATCHED, WORK_REFUSED): FAILED,
    (DISPATCHED, LEASE_ENDED): EXPIRED,
    (DISPATCHED, WORK_RESUMED): LOOKING_UP,
    (DISPATCHED, CALLED_OFF): CANCELLED,
}


def next_state(state: str, event: str) -> str:
    """Return the state that `event` leads a flight to; raises as `following` does."""
    return following(TRANSITIONS, state, event)
