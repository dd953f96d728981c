"""Whether a stored answer serves a request: fresh, stale but taken, or not at all, and why.

An answer is fresh until it expires, or until it is older than the request's max-age, whichever is
first. From there the request's own windows count: who does not ask for stale answers gets none.
What is served stale must still be kept: `keep_until_ns` is the end of the longest window that was
asked for when it was stored.

Decisions, the first that applies:

    least-trust       the answer's label is less than the request takes
    fresh             within its freshness, and the request is no no-cache
    stale             within stale-while-revalidate, and the request is no no-cache
    stale_if_error    within stale-if-error, or fresh where the request is a no-cache
    no-cache, expired, max-age    why it does not serve

At its last instant an answer is gone: intervals are closed on the left and open on the right. Only
max-age is closed on both sides, as RFC 9111 has it: an answer exactly so old still serves.
"""

from typing import Protocol

from refrain_core.cache_control import NO_DIRECTIVES, Directives
from refrain_core.limits import NANOSECONDS
from refrain_core.trust_labels import meets

FRESH = "fresh"
"""Serve it."""

STALE = "stale"
"""Serve it at once, and have it renewed."""

STALE_IF_ERROR = "stale_if_error"
"""Ask the model, and serve it if that fails."""

EXPIRED = "expired"
OLDER_THAN_MAX_AGE = "max-age"
LESS_TRUSTED = "least-trust"
NO_CACHE = "no-cache"
MISS_REASONS = (EXPIRED, OLDER_THAN_MAX_AGE, LESS_TRUSTED, NO_CACHE)
"""Why a stored answer does not serve, whatever becomes of the model's call."""


class Aged(Protocol):
    """What is known of a stored answer's age and trust; a record has more fields."""

    @property
    def stored_at_ns(self) -> int:
        """When it was stored."""

    @property
    def expires_at_ns(self) -> int:
        """When it stops being fresh."""

    @property
    def keep_until_ns(self) -> int:
        """When it stops being kept; not before it expires."""

    @property
    def trust(self) -> str:
        """Its trust label."""


def decide(stored: Aged, directives: Directives, now_ns: int) -> str:
    """Return `FRESH`, `STALE`, `STALE_IF_ERROR` or one of `MISS_REASONS`.

    Where nothing is asked of the cache, which is nearly always, two comparisons decide.
    """
    if directives is NO_DIRECTIVES:
        is_fresh = max(now_ns, stored.stored_at_ns) < stored.expires_at_ns
        return FRESH if is_fresh else EXPIRED
    return _decided(stored, directives, now_ns)


def _decided(stored: Aged, directives: Directives, now_ns: int) -> str:
    least = directives.least_trust
    if least is not None and not meets(stored.trust, least):
        return LESS_TRUSTED
    # A clock that went back stands at the moment of storing: nothing is younger than new.
    now_ns = max(now_ns, stored.stored_at_ns)
    limit_ns = fresh_until_ns(stored, directives)
    if not directives.no_cache:
        if now_ns < limit_ns:
            return FRESH
        if _within(directives.stale_while_revalidate_s, limit_ns, stored, now_ns):
            return STALE
    if _within(directives.stale_if_error_s, limit_ns, stored, now_ns):
        return STALE_IF_ERROR
    if directives.no_cache:
        return NO_CACHE
    return EXPIRED if now_ns >= stored.expires_at_ns else OLDER_THAN_MAX_AGE


def fresh_until_ns(stored: Aged, directives: Directives) -> int:
    """Return the first instant at which a stored answer is not fresh for the request."""
    if directives.max_age_s is None:
        return stored.expires_at_ns
    # One more nanosecond: at the age itself it still serves.
    oldest_ns = stored.stored_at_ns + directives.max_age_s * NANOSECONDS + 1
    return min(stored.expires_at_ns, oldest_ns)


def ttl_left_s(stored: Aged, now_ns: int) -> int:
    """Return the whole seconds of freshness left, below zero for a stale answer (RFC 9211)."""
    return (stored.expires_at_ns - max(now_ns, stored.stored_at_ns)) // NANOSECONDS


def kept_for_s(ttl_s: int, directives: Directives) -> int:
    """Return how long to keep a new answer that is fresh for `ttl_s`: its longest stale window."""
    windows = (directives.stale_while_revalidate_s or 0, directives.stale_if_error_s or 0)
    return ttl_s + max(windows)


def is_worth_storing(directives: Directives) -> bool:
    """Tell whether anybody could ever be served what is stored for this request."""
    if directives.no_store:
        return False
    return directives.ttl_s is None or kept_for_s(directives.ttl_s, directives) > 0


def _within(window_s: "int | None", limit_ns: int, stored: Aged, now_ns: int) -> bool:
    if window_s is None:
        return False
    return now_ns < min(limit_ns + window_s * NANOSECONDS, stored.keep_until_ns)
