"""What each eviction policy would have hit, namespace by namespace, told by shadow caches.

They see what moves recency: fetches and touches, never queries. A key is sampled by the last four
digits of its digest: that is a hash already, and XXH64 of it would cost each fetch more than all
the rest of this. What is fetched and stored already is an access at once. A miss becomes one with
its put, which tells size and cost; one that is never put could have been no policy's hit.

An upgrade loses it all. Only the namespaces with most accesses have shadows, 300 kB of heap each.
"""

from collections.abc import Callable
from typing import Any

from refrain_core.policies.shadow_caches import SAMPLES_NEEDED, ShadowCaches, sampled_below

MOST_SHADOWED = 16
"""Namespaces that have shadows: 5 MB of heap."""

MOST_KNOWN = 1_000
"""Namespaces whose rate is remembered, shadows or not."""

MOST_AWAITED = 256
"""Sampled misses that wait for their put; one more, and those of before are forgotten."""

TOO_FEW = "too few requests yet"

Bounds = Callable[[str], "tuple[str, int, int]"]
"""Tells a namespace's policy, and the most entries and bytes that it may have."""


class NamespaceShadows:
    """The shadows of the namespaces that are fetched from most.

    `below` and `awaited` are public so that who has a key compares first and spares the call:

        if digest[-4:] < shadows.below.get(namespace, LARGEST_BELOW): shadows.fetched(...)
        if shadows.awaited.get(digest): shadows.stored(...)
    """

    def __init__(self, bounds_of: Bounds) -> None:
        """Start without any; `bounds_of` is asked as a namespace is sampled first."""
        self._bounds_of = bounds_of
        self._shadows: dict[str, ShadowCaches] = {}
        self.below: dict[str, str] = {}
        self.awaited: dict[str, str] = {}

    def used(self, namespace: str, digest: str, size_bytes: int, cost: int) -> None:
        """Count an access to what is stored, if its digest is in the namespace's sample."""
        shadows = self._of(namespace, digest)
        if shadows is not None:
            shadows.see(digest, size_bytes, cost)

    def missed(self, namespace: str, digest: str, *, would_miss: bool) -> None:
        """Await the put of what was fetched and not served.

        would_miss: whatever the policy, as what is expired, removed or purged.
        """
        shadows = self._of(namespace, digest)
        if shadows is None:
            return
        if would_miss:
            shadows.forget(digest)
        if len(self.awaited) >= MOST_AWAITED:
            self.awaited = {}
        self.awaited[digest] = namespace

    def stored(self, namespace: str, digest: str, size_bytes: int, cost: int) -> None:
        """Count the access that was a miss, if this put came of one."""
        awaiting = self.awaited.get(digest)
        # Marked and not deleted: RustPython's dicts keep the place of what is deleted.
        self.awaited[digest] = ""
        if awaiting == namespace:
            self.used(namespace, digest, size_bytes, cost)

    def restart(self, namespace: "str | None" = None) -> None:
        """Begin anew under other bounds, for a namespace or for all."""
        kept = {} if namespace is None else dict(self._shadows)
        kept.pop(namespace or "", None)
        self._shadows = kept
        self._forget_rates()

    def report(self, namespace: str) -> dict[str, Any]:
        """Render a namespace's PolicyReport."""
        policy = self._bounds_of(namespace)[0]
        return _rendered(namespace, policy, self._shadows.get(namespace))

    def _of(self, namespace: str, digest: str) -> "ShadowCaches | None":
        """Return a namespace's shadows, made as the first digest of its sample comes."""
        shadows = self._shadows.get(namespace)
        if shadows is not None:
            return shadows if digest[-4:] < shadows.below else None
        _, entries, size_bytes = self._bounds_of(namespace)
        if len(self.below) >= MOST_KNOWN:
            self._forget_rates()
        self.below[namespace] = sampled_below(entries)
        if digest[-4:] >= self.below[namespace]:
            return None
        if len(self._shadows) >= MOST_SHADOWED:
            self._drop_the_least()
        made = ShadowCaches(entries, size_bytes)
        self._shadows[namespace] = made
        return made

    def _forget_rates(self) -> None:
        self.below = {name: one.below for name, one in self._shadows.items()}

    def _drop_the_least(self) -> None:
        """Take the shadows of the namespace with the fewest accesses, to give its place away."""
        least = min(self._shadows, key=lambda name: self._shadows[name].samples)
        self._shadows = {name: one for name, one in self._shadows.items() if name != least}


def unseen_report(namespace: str) -> dict[str, Any]:
    """Render the PolicyReport of a namespace of which nothing is known."""
    return _rendered(namespace, "", None)


def _rendered(namespace: str, policy: str, shadows: "ShadowCaches | None") -> dict[str, Any]:
    told: dict[str, Any] = {
        "namespace": namespace,
        "policy": policy,
        "samples": 0,
        "samples_needed": SAMPLES_NEEDED,
        "sampled_ppm": 0,
        "would_be": [],
        "recommended": TOO_FEW,
        "recommended_by_cost": TOO_FEW,
    }
    if shadows is None:
        return told
    told["samples"], told["sampled_ppm"] = shadows.samples, shadows.rate_ppm
    told["would_be"] = [ratios._asdict() for ratios in shadows.ratios()]
    if shadows.samples >= SAMPLES_NEEDED:
        told["recommended"] = shadows.recommended(policy)
        told["recommended_by_cost"] = shadows.recommended(policy, by_cost=True)
    return told
