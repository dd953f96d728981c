"""What an asker does next: look the cache up, join the flight under way, open one, or go away.

A flight asks a model, or is still looking the cache up. A "refreshing" one was opened although
something is stored, which may serve others meanwhile.

    only-if-cached    looks up, then opens and joins nothing
    no-cache          looks up only for a net (stale-if-error); joins a flight once it asks a
                      model: before that it may still end with a stored answer
    max-age,          look up beside a flight that looks up itself: what serves its opener need
    least-trust       not serve them
    stale-...         look up beside any flight: what is stored may serve at once
    others            join what is under way, unless it is refreshing; else look up
"""

from batcher_core.flight_machine import LOOKING_UP
from batcher_core.flights import Flight
from refrain_core.cache_control import Directives

LOOK_UP = "look_up"
JOIN = "join"
OPEN = "open"
WAIT = "wait"
GIVE_UP = "give_up"


def next_step(flight: "Flight | None", directives: Directives, *, looked_up: bool) -> str:
    """Return the step of who meets `flight`, or none; after its own lookup if `looked_up`."""
    if not looked_up and _needs_lookup(flight, directives):
        return LOOK_UP
    if directives.only_if_cached:
        return GIVE_UP
    if flight is None:
        return OPEN
    if flight.state == LOOKING_UP and is_restricted(directives):
        return WAIT
    return JOIN


def is_restricted(directives: Directives) -> bool:
    """Tell whether an answer that serves others may not serve this asker."""
    return (
        directives.no_cache
        or directives.max_age_s is not None
        or directives.least_trust is not None
    )


def _needs_lookup(flight: "Flight | None", directives: Directives) -> bool:
    if directives.no_cache:
        return directives.stale_if_error_s is not None
    return flight is None or directives.only_if_cached or _looks_beside(flight, directives)


def _looks_beside(flight: Flight, directives: Directives) -> bool:
    windows = (directives.stale_while_revalidate_s, directives.stale_if_error_s)
    return (
        flight.is_refreshing
        or windows != (None, None)
        or (flight.state == LOOKING_UP and is_restricted(directives))
    )
