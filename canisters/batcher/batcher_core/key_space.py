"""Which cache keeps a digest, and which one kept it before, while answers move.

Every cache has a state. A move goes on as long as one of them is not serving:

    serving   holds its share, and is asked
    joining   takes its share over from all serving ones
    leaving   gives its share to all serving ones

An answer is put to the owner by the ring of now, and looked up there first; who has never heard of
it, is followed by the owner of before. A joining cache may turn into a leaving one and back: its
share is then moved the other way.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from refrain_core.refusals import bad_request
from refrain_core.rendezvous import ShardRing, ring_key

SERVING = "serving"
JOINING = "joining"
LEAVING = "leaving"

MOST_CACHES = 16


class Leg(NamedTuple):
    """One part of a move: all answers of `source` that `target` is to have."""

    source: str
    target: str


class KeySpace:
    """The caches that share the keys, by their principals and states."""

    def __init__(self, caches: Mapping[str, str]) -> None:
        """Rank the caches; without any there is no owner either."""
        self.caches = dict(caches)
        self.shards = [name for name, state in caches.items() if state != LEAVING]
        before = [name for name, state in caches.items() if state != JOINING]
        self.is_moving = len(self.shards) != len(caches) or len(before) != len(caches)
        self._ring = ShardRing(self.shards) if self.shards else None
        self._former = ShardRing(before) if self.is_moving and before else None

    def owner(self, digest: str) -> str:
        """Return the cache that keeps a digest from now on; empty where there is none."""
        return "" if self._ring is None else self._ring.owner(ring_key(digest))

    def former(self, digest: str) -> "str | None":
        """Return the cache that may still have it, if that is another one."""
        if self._former is None:
            return None
        before = self._former.owner(ring_key(digest))
        return None if before == self.owner(digest) else before

    def legs(self) -> list[Leg]:
        """List what a move consists of, in the order of their principals."""
        serving = sorted([name for name, state in self.caches.items() if state == SERVING])
        joining = [name for name, state in self.caches.items() if state == JOINING]
        leaving = [name for name, state in self.caches.items() if state == LEAVING]
        return [
            *[Leg(source, target) for target in joining for source in serving],
            *[Leg(source, target) for source in leaving for target in serving],
        ]

    def settled(self) -> dict[str, str]:
        """Return the caches as they are when everything has moved."""
        return dict.fromkeys(self.shards, SERVING)

    def in_order(self) -> list[str]:
        """List all caches in the order in which to tell them of a purge: those that give first."""
        order = (LEAVING, SERVING, JOINING)
        return sorted(self.caches, key=lambda name: (order.index(self.caches[name]), name))


def refuse_adding(caches: Mapping[str, str], name: str) -> "dict[str, Any] | None":
    """Refuse to have a cache join: it is there, another one moves, or there are too many."""
    state = caches.get(name)
    if state is not None and state != LEAVING:
        return bad_request(f"it is {state} already")
    if state is None and len(caches) >= MOST_CACHES:
        return bad_request(f"{MOST_CACHES} caches are the most")
    return _refuse_meanwhile(caches, name)


def refuse_removing(caches: Mapping[str, str], name: str) -> "dict[str, Any] | None":
    """Refuse to have a cache leave: it is not there, another one moves, or it is the last."""
    state = caches.get(name)
    if state is None or state == LEAVING:
        return bad_request("no such cache" if state is None else "it is leaving already")
    if state == SERVING and list(caches.values()).count(SERVING) == 1:
        return bad_request("the last cache cannot be removed: add another one first")
    return _refuse_meanwhile(caches, name)


def _refuse_meanwhile(caches: Mapping[str, str], name: str) -> "dict[str, Any] | None":
    for other, state in caches.items():
        if state != SERVING and other != name:
            return bad_request(f"{other} is {state}: wait until that is over, see shards")
    return None
