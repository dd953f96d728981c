"""A cache without answers: the canisters' own eviction policies, run on a recorded trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refrain.failures import BadTrace
from refrain_core.policies.policy_choice import make_policy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from refrain.traces.access import Access

UNBOUNDED = 1 << 62
"""The bound that is not meant: of bytes where objects are counted, and the other way round."""


class SimulatedCache:
    """A policy under a bound of objects or of bytes, and what it missed."""

    def __init__(self, policy: str, capacity: int, *, by_bytes: bool = False) -> None:
        """Start empty."""
        self.policy_name = policy
        self._by_bytes = by_bytes
        self._max_entries = UNBOUNDED if by_bytes else capacity
        self._max_bytes = capacity if by_bytes else UNBOUNDED
        self._policy = make_policy(policy, self._max_entries, self._max_bytes)
        self.requests = 0
        self.misses = 0
        self.requested_bytes = 0
        self.missed_bytes = 0
        self.cost = 0
        self.missed_cost = 0

    def access(self, access: Access) -> None:
        """Ask for a key; after a miss it is stored, unless it is larger than the cache.

        Raises:
            BadTrace: bytes are to be counted, and the trace does not tell the size.
        """
        key, size_bytes, cost = access
        if not self._by_bytes:
            size_bytes = 1
        elif size_bytes is None:
            raise BadTrace(f"access {self.requests + 1} has no size, so bytes cannot be counted")
        self.requests += 1
        self.requested_bytes += size_bytes
        self.cost += cost
        policy = self._policy
        if key in policy:
            policy.use(key)
            return
        self.misses += 1
        self.missed_bytes += size_bytes
        self.missed_cost += cost
        if size_bytes <= self._max_bytes:
            while (
                len(policy) >= self._max_entries or policy.size_bytes + size_bytes > self._max_bytes
            ):
                policy.victim()
            policy.add(key, size_bytes, cost)

    def counts(self) -> dict[str, int | float]:
        """Return what was asked for and missed, and the ratios of that."""
        told: dict[str, int | float] = {
            "requests": self.requests,
            "misses": self.misses,
            "miss_ratio": self.misses / max(self.requests, 1),
        }
        if self._by_bytes:
            told["byte_miss_ratio"] = self.missed_bytes / max(self.requested_bytes, 1)
        if self.cost != self.requests:
            told["cost_miss_ratio"] = self.missed_cost / max(self.cost, 1)
        return told


def simulate(accesses: Iterable[Access], caches: list[SimulatedCache]) -> None:
    """Run all caches side by side, in one pass over the accesses.

    Raises:
        BadTrace: there are none.
    """
    for access in accesses:
        for cache in caches:
            cache.access(access)
    if not caches[0].requests:
        raise BadTrace("the trace holds no access")
