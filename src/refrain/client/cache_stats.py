"""What the cache has done, of the whole or of one namespace, and under which settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from refrain.client.cache_shards import CacheShards

if TYPE_CHECKING:
    from collections.abc import Mapping

    from refrain.client.asking import Asked

_REASONS = ("expired", "unfit", "hidden")


def cache_stats(connection: Asked, namespace: str | None) -> dict[str, Any]:
    """Gather counts of all caches, what follows from them, settings, and what is hidden as of now.

    Settings are of each cache; they are the same in all that share the key space.
    """
    caches = CacheShards(connection).names
    first = caches[0]
    if namespace is None:
        counts = [connection.query(cache, "counters") for cache in caches]
        own = {}
    else:
        counts = [connection.query(cache, "tenant_counters", namespace) for cache in caches]
        reports = [connection.query(cache, "policy_report", namespace) for cache in caches]
        own = {
            "namespace_settings": connection.query(first, "namespace_settings", namespace),
            # Each cache has a sample of its own; the largest one tells most.
            "policies": max(reports, key=lambda report: int(report["samples"])),
        }
    total = {name: sum(each[name] for each in counts) for name in counts[0]}
    return {
        "namespace": namespace,
        "caches": len(caches),
        "hit_ratio": hit_ratio(total),
        "misses_by_reason": misses_by_reason(total),
        "counts": total,
        "settings": connection.query(first, "settings"),
        **own,
        "hidden_scopes": connection.query(first, "hidden_scopes"),
    }


def hit_ratio(counts: Mapping[str, int]) -> float | None:
    """The share of fetches that were hits, stale ones too; None before the first."""
    fetches = counts["hits"] + counts["misses"]
    return None if fetches == 0 else round(counts["hits"] / fetches, 6)


def misses_by_reason(counts: Mapping[str, int]) -> dict[str, int]:
    """Misses by why; "absent" was never stored, or has left."""
    told = {reason: counts[reason] for reason in _REASONS}
    return {"absent": counts["misses"] - sum(told.values()), **told}
