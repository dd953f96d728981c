"""How a stored answer, another's or a spare one becomes what an asker is served."""

from typing import Any, NamedTuple

from batcher_core.failure_classes import http_status_of, is_error
from batcher_core.outcomes import Outcome, charged, collapsed, refused_outcome, with_status
from refrain_core.cache_control import Directives
from refrain_core.cache_status import (
    IF_ERROR,
    MISS,
    REQUEST,
    STALE,
    CacheStatus,
    parse_status,
    status_text,
)
from refrain_core.freshness import LESS_TRUSTED, OLDER_THAN_MAX_AGE
from refrain_core.refusals import no_consensus
from refrain_core.trust_labels import meets

FRESH = "fresh"
REVALIDATING = "revalidating"
SPARE = "spare"
NEGATIVE = "negative"
OVERTAKEN = "overtaken"
NOTHING = "nothing"


class Found(NamedTuple):
    """What a lookup brought.

    kind: `FRESH`, `REVALIDATING` (stale, to be served and renewed), `SPARE` (to be served if the
    model fails), `NEGATIVE` (a remembered failure), `OVERTAKEN` (what a flight settled meanwhile)
    or `NOTHING`, whose outcome is None. fwd, detail: why a model is asked, in RFC 9211's words.
    """

    kind: str
    outcome: "Outcome | None"
    fwd: str = MISS
    detail: "str | None" = None

    @property
    def ends_it(self) -> bool:
        """Whether this is the reply, and nothing is left to do."""
        return self.kind in (FRESH, NEGATIVE, OVERTAKEN)

    @property
    def has_stored(self) -> bool:
        """Whether an answer stands in the cache that may serve others, or this asker later."""
        return (
            self.kind in (REVALIDATING, SPARE)
            or self.fwd == REQUEST
            or self.detail in (OLDER_THAN_MAX_AGE, LESS_TRUSTED)
        )

    def status(self, *, stored: bool = False, ttl_s: "int | None" = None, key: str = "") -> str:
        """Return the cache status of the model's answer that follows."""
        made = CacheStatus(
            self.fwd, stored=stored, ttl_s=ttl_s, key=key or None, detail=self.detail
        )
        return status_text(made)


UNSOUGHT = Found(NOTHING, None, REQUEST)
"""A request that would not have a stored answer, so that none was looked for."""


def overtaken(found: Found, settled: "Outcome | None", directives: Directives) -> Found:
    """Take what a flight settled during a lookup, where the lookup brought less."""
    if settled is None or found.kind in (FRESH, REVALIDATING):
        return found
    if settled.answered is None:
        return Found(OVERTAKEN, rescued(settled, found))
    if _wants_a_new_one(directives) and not settled.is_new:
        return found
    shared = as_taken(collapsed(settled, 0), directives.least_trust)
    return found if shared.answered is None else Found(OVERTAKEN, shared)


def rescued(failed: Outcome, found: Found) -> Outcome:
    """Return the spare answer instead of a failure that it may stand in for."""
    spare = found.outcome
    refusal = failed.refusal
    if found.kind != SPARE or spare is None or refusal is None or not is_error(refusal):
        return failed
    return charged(stood_in(spare, found.fwd, http_status_of(refusal)), failed.paid_cycles)


def stood_in(spare: Outcome, fwd: str, fwd_status: "int | None") -> Outcome:
    """Label a spare answer as served because the model failed, with the failure's status."""
    answered = spare.answered or {}
    status = parse_status(answered["cache_status"]) or CacheStatus()
    told = status._replace(fwd=fwd, fwd_status=fwd_status, detail=IF_ERROR)
    return with_status(spare, status_text(told))


def spare_as_hit(found: Found) -> "Outcome | None":
    """Return the spare answer for who would not ask a model: RFC 5861 counts that as an error."""
    spare = found.outcome
    if found.kind != SPARE or spare is None or spare.answered is None:
        return None
    status = parse_status(spare.answered["cache_status"]) or CacheStatus()
    return with_status(spare, status_text(status._replace(detail=IF_ERROR)))


def as_taken(outcome: Outcome, least_trust: "str | None") -> Outcome:
    """Refuse an answer of less trust than its asker takes."""
    answered = outcome.answered
    if answered is None or not least_trust:
        return outcome
    trust = answered["answer"]["trust"]
    if meets(trust, least_trust):
        return outcome
    refusal = no_consensus(f"the answer is {trust}, and you take no less than {least_trust}")
    return refused_outcome(refusal)._replace(paid_cycles=answered["charged_cycles"])


def forwarded(reason: str) -> Found:
    """Return what a miss's reason means for the model's answer."""
    fwd, detail = _FORWARDS.get(reason, (MISS, reason))
    return Found(NOTHING, None, fwd, detail)


_FORWARDS: "dict[str, tuple[str, Any]]" = {
    "never stored": (MISS, None),
    "expired": (STALE, None),
    "no-cache": (REQUEST, None),
}


def _wants_a_new_one(directives: Directives) -> bool:
    return directives.no_cache or directives.max_age_s is not None
