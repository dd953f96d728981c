"""A fetch whose result is one text, counted and used as any other.

Nearly all bring a fresh, whole answer without directives: of its record only what is counted and
told is read then. The others go by way of `lookups.fetch`, which is the truth.
"""

from cache_core import lookups
from cache_core.answer_cache import AnswerCache
from cache_core.fast_lookups import plain_record
from cache_core.lookups import Sees
from refrain_core.fetched_texts import fetched_text
from refrain_core.limits import NANOSECONDS
from refrain_core.policies.shadow_caches import LARGEST_BELOW

_FIELDS = 26
"""Bars of a record before its answer."""


def fetch_text(  # noqa: PLR0913, PLR0917 - a lookup's whole context
    cache: AnswerCache, tenant: str, digest: str, sees: Sees, now_ns: int, control: str
) -> str:
    """Look a digest up for a tenant, as `refrain_core.fetched_texts` tells it."""
    # What the shadow caches sample is told to them by the long way.
    if not control and digest[-4:] >= cache.shadows.below.get(tenant, LARGEST_BELOW):
        record = plain_record(cache, digest, sees, now_ns)
        if record is not None:
            return _served(cache, tenant, digest, record, now_ns)
    return fetched_text(lookups.fetch(cache, tenant, digest, sees, now_ns, control))


def _served(cache: AnswerCache, tenant: str, digest: str, record: str, now_ns: int) -> str:
    fields = record.split("|", _FIELDS)
    fresh, fading = cache.rows.halves
    place, namespace, _, _, expires_at_ns, _, cost_cycles, _ = fresh.get(digest) or fading[digest]
    policy = cache.index.shelves.of(namespace).policy
    # While the index is arranged anew, no policy knows it yet.
    if digest in policy:
        policy.use(digest)
    tokens = int(fields[14]) + int(fields[15])
    cache.tally.add_hit(tenant, int(fields[24]), tokens, cost_cycles, int(fields[20]))
    stored_at_ns = int(fields[4])
    seen_ns = max(now_ns, stored_at_ns)
    age, ttl = (seen_ns - stored_at_ns) // NANOSECONDS, (expires_at_ns - seen_ns) // NANOSECONDS
    return "|".join(
        ["hit", digest, str(age), str(ttl), place[1], fields[7], *fields[12:19], fields[_FIELDS]]
    )
