"""Whether a provider may be called: a circuit breaker, as one table.

    closed    calls go through; failures in a row are counted
    open      none goes through until a time, set by backoff or by the provider's Retry-After
    probing   one call is out to see whether the provider is well again

A probe that is never heard of again, as after an upgrade, ends at its own time.
"""

from typing import NamedTuple

from refrain_core.limits import NANOSECONDS
from refrain_core.transitions import following

CLOSED = "closed"
OPEN = "open"
PROBING = "probing"
STATES = (CLOSED, OPEN, PROBING)

SUCCEEDED = "succeeded"
FAILED = "failed"
TRIPPED = "tripped"
LIMITED = "limited"
PROBED = "probed"
EVENTS = (SUCCEEDED, FAILED, TRIPPED, LIMITED, PROBED)

TRANSITIONS = {
    (CLOSED, SUCCEEDED): CLOSED,
    (CLOSED, FAILED): CLOSED,
    (CLOSED, TRIPPED): OPEN,
    (CLOSED, LIMITED): OPEN,
    # A call that left before the circuit opened may still come back.
    (OPEN, SUCCEEDED): CLOSED,
    (OPEN, FAILED): OPEN,
    (OPEN, TRIPPED): OPEN,
    (OPEN, LIMITED): OPEN,
    (OPEN, PROBED): PROBING,
    (PROBING, SUCCEEDED): CLOSED,
    (PROBING, TRIPPED): OPEN,
    (PROBING, LIMITED): OPEN,
    (PROBING, PROBED): PROBING,
}

TRIPPING_FAILURES = 3
"""So many failures in a row open a closed circuit; a failed probe opens it again at once."""

PROBE_S = 90
"""How long a probe may stay out: as long as a shard is leased for a call."""

_NANOSECONDS_PER_MS = 1_000_000


class Health(NamedTuple):
    """A provider's circuit. until_ns: when an open one lets a probe out, or a probe is given up."""

    state: str = CLOSED
    failures: int = 0
    until_ns: int = 0


HEALTHY = Health()


def next_state(state: str, event: str) -> str:
    """Return the state that `event` leads a circuit to; raises as `following` does."""
    return following(TRANSITIONS, state, event)


def may_call(health: Health, now_ns: int) -> bool:
    """Tell whether a call may go out now; one through a circuit not closed is a probe."""
    return health.state == CLOSED or now_ns >= health.until_ns


def probed(health: Health, now_ns: int) -> Health:
    """Note that a permitted call goes out; through a closed circuit nothing is to be noted."""
    if health.state == CLOSED:
        return health
    state = next_state(health.state, PROBED)
    return Health(state, health.failures, now_ns + PROBE_S * NANOSECONDS)


def after_success(health: Health) -> Health:
    """Close the circuit: the provider answered."""
    if health == HEALTHY:
        return health
    return Health(next_state(health.state, SUCCEEDED), 0, 0)


def after_failure(health: Health, now_ns: int, backoff_ms: int) -> Health:
    """Count a failure; the third in a row, or a probe's, opens the circuit for the backoff."""
    failures = health.failures + 1
    is_tripping = health.state == PROBING or failures >= TRIPPING_FAILURES
    state = next_state(health.state, TRIPPED if is_tripping else FAILED)
    if state != OPEN:
        return Health(state, failures, 0)
    until_ns = now_ns + backoff_ms * _NANOSECONDS_PER_MS
    return Health(state, failures, max(until_ns, health.until_ns))


def after_limit(health: Health, now_ns: int, wait_ms: int) -> Health:
    """Open the circuit for as long as an overloaded provider asked for, or the backoff."""
    until_ns = now_ns + wait_ms * _NANOSECONDS_PER_MS
    return Health(next_state(health.state, LIMITED), health.failures + 1, until_ns)
