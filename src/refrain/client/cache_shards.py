"""The caches that share the key space, and which of them keeps an answer, as the batcher ranks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from refrain.failures import RefrainError
from refrain_core.rendezvous import ShardRing, ring_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from refrain.client.asking import Asked

JOINING = "joining"
LEAVING = "leaving"
ELSEWHERE = ("never stored", "moved")
"""Why a cache has no answer that another one may have."""


class CacheShards:
    """The caches of a network as they stood when this was made."""

    def __init__(self, connection: Asked) -> None:
        """Ask the batcher for them.

        Raises:
            RefrainError: it is not connected to any.
        """
        self.told: dict[str, Any] = connection.query("batcher", "shards")
        states = {row["cache"]: row["state"] for row in self.told["caches"]}
        if not states:
            raise RefrainError("The batcher is not connected to a cache. See refrain status.")
        self.names = list(states)
        """Principals, in the order in which to tell them of a purge."""
        self._connection = connection
        self._now = _ring(name for name, state in states.items() if state != LEAVING)
        self._former = _ring(name for name, state in states.items() if state != JOINING)

    @property
    def is_moving(self) -> bool:
        """Whether answers move between them."""
        return self._now.shards != self._former.shards

    def owner(self, digest: str) -> str:
        """The cache that keeps a digest from now on."""
        return self._now.owner(ring_key(digest))

    def former(self, digest: str) -> str | None:
        """The cache that may still have it, if that is another one."""
        former = self._former.owner(ring_key(digest))
        return None if former == self.owner(digest) else former

    def looked_up(self, digest: str) -> dict[str, Any]:
        """Look a digest up at its owner, and at its former one while answers move."""
        found = self._lookup(self.owner(digest), digest)
        former = self.former(digest)
        if former is None or found.get("Miss") not in ELSEWHERE:
            return found
        elder = self._lookup(former, digest)
        if elder.get("Miss") == "moved":
            return self._lookup(self.owner(digest), digest)
        return found if elder.get("Miss") in ELSEWHERE else elder

    def _lookup(self, cache: str, digest: str) -> dict[str, Any]:
        found: dict[str, Any] = self._connection.query(cache, "lookup_digest", digest)
        return found


def tell_all(connection: Asked, method: str, argument: str) -> list[dict[str, Any]]:
    """Tell every cache of a purge, those first that give answers away; return their replies.

    An answer on its way is thus met at one end or the other. If the caches changed meanwhile, all
    are told once more. Ends with the first one that refuses.
    """
    while True:
        shards = CacheShards(connection)
        replies = []
        for name in shards.names:
            replies.append(connection.update(name, method, argument))
            if "Refused" in replies[-1]:
                return replies
        if _alike(CacheShards(connection).told, shards.told):
            return replies


def _alike(told: dict[str, Any], before: dict[str, Any]) -> bool:
    return all(told[name] == before[name] for name in ("caches", "move"))


def _ring(names: Iterable[str]) -> ShardRing:
    return ShardRing(list(names))
