"""What the cache has done, of the whole or of one namespace, and under which settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from refrain.client.asking import Asked

_CACHE = "cache"
_REASONS = ("expired", "unfit", "hidden")


def cache_stats(connection: Asked, namespace: str | None) -> dict[str, Any]:
    """Gather counts, what follows from them, settings, and what is hidden as of now."""
    if namespace is None:
        counts = connection.query(_CACHE, "counters")
        own = {}
    else:
        counts = connection.query(_CACHE, "tenant_counters", namespace)
        own = {
            "namespace_settings": connection.query(_CACHE, "namespace_settings", namespace),
            "policies": connection.query(_CACHE, "policy_report", namespace),
        }
    return {
        "namespace": namespace,
        "hit_ratio": hit_ratio(counts),
        "misses_by_reason": misses_by_reason(counts),
        "counts": counts,
        "settings": connection.query(_CACHE, "settings"),
        **own,
        "hidden_scopes": connection.query(_CACHE, "hidden_scopes"),
    }


def hit_ratio(counts: Mapping[str, int]) -> float | None:
    """The share of fetches that were hits, stale ones too; None before the first."""
    fetches = counts["hits"] + counts["misses"]
    return None if fetches == 0 else round(counts["hits"] / fetches, 6)


def misses_by_reason(counts: Mapping[str, int]) -> dict[str, int]:
    """Misses by why; "absent" was never stored, or has left."""
    told = {reason: counts[reason] for reason in _REASONS}
    return {"absent": counts["misses"] - sum(told.values()), **told}
