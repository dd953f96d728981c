"""Which cache a command asks, and that every cache hears of what concerns all."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from refrain.client.cache_growth import refuse_while_moving
from refrain.client.cache_lookup import NotStored, stored_answer
from refrain.client.cache_purging import purge
from refrain.client.cache_shards import CacheShards, tell_all
from refrain.failures import RefrainError
from refrain_core.rendezvous import ShardRing, ring_key

DIGESTS = [hashlib.sha256(f"{number}".encode()).hexdigest() for number in range(40)]


class Caches:
    """Caches that each know some digests, and a batcher that tells of them."""

    def __init__(self, states: dict[str, str]) -> None:
        """Start empty; `held` is what each cache replies to a lookup."""
        self.states, self.move = states, 1
        self.held: dict[tuple[str, str], dict[str, Any]] = {}
        self.asked: list[tuple[str, str]] = []
        self.changes: list[dict[str, str]] = []

    def query(self, name: str, method: str, *args: Any) -> Any:
        """Answer `shards` and lookups."""
        if method == "shards":
            caches = [{"cache": one, "state": state} for one, state in self.states.items()]
            return {"caches": caches, "move": self.move}
        self.asked.append((name, method))
        return self.held.get((name, args[0]), {"Miss": "never stored"})

    def update(self, name: str, method: str, *_args: Any) -> Any:
        """Take what all are told; another move may begin meanwhile."""
        self.asked.append((name, method))
        if self.changes:
            self.states = self.changes.pop()
            self.move += 1
        return {"Ok": "removed" if name == "b" else "nothing was stored"}


def hit(text: str) -> dict[str, Any]:
    """Make a lookup's hit."""
    return {"Hit": {"answer": {"content": text}}}


def test_a_digest_is_asked_of_its_owner_alone() -> None:
    """The one that the batcher would ask too, whatever else is there."""
    caches = Caches({"a": "serving", "b": "serving", "c": "serving"})
    ring = ShardRing(["a", "b", "c"])
    for digest in DIGESTS:
        owner = ring.owner(ring_key(digest))
        caches.held[owner, digest] = hit(owner)
        assert stored_answer(caches, digest)["answer"]["content"] == owner
        assert caches.asked.pop() == (owner, "lookup_digest")
        assert caches.asked == []


@pytest.mark.parametrize("state", ["joining", "leaving"])
def test_while_answers_move_the_former_owner_is_asked_too(state: str) -> None:
    """Where the owner never heard of it; what has moved between the two looks is found as well."""
    caches = Caches({"a": "serving", "b": state})
    shards = CacheShards(caches)
    moving = [digest for digest in DIGESTS if shards.former(digest) is not None]
    assert 0 < len(moving) < len(DIGESTS)
    owner = "b" if state == "joining" else "a"
    assert {shards.owner(digest) for digest in moving} == {owner}
    for digest in moving:
        former = shards.former(digest) or ""
        caches.held[former, digest] = hit("old")
        assert shards.looked_up(digest) == hit("old")
        caches.held[owner, digest] = hit("new")
        assert shards.looked_up(digest) == hit("new")
        del caches.held[owner, digest]
        caches.held[former, digest] = {"Miss": "moved"}
        caches.asked = []
        assert shards.looked_up(digest) == {"Miss": "never stored"}
        assert [name for name, _ in caches.asked] == [owner, former, owner]
        caches.held[owner, digest] = {"Miss": "expired"}
        caches.held[former, digest] = hit("old")
        with pytest.raises(NotStored, match="expired"):
            stored_answer(caches, digest)


def test_all_are_told_in_order_and_again_if_they_changed_meanwhile() -> None:
    """An answer on its way is met at the one end or at the other."""
    caches = Caches({"a": "serving"})
    caches.changes = [{"a": "serving", "b": "joining"}]
    assert purge(caches, "key", DIGESTS[0]) == "removed"
    assert caches.asked == [("a", "remove"), ("a", "remove"), ("b", "remove")]


def test_the_first_refusal_ends_it() -> None:
    """Nobody else is told then."""
    caches = Caches({"a": "serving", "b": "serving"})
    caches.update = lambda *_: {"Refused": {"NotAllowed": "x"}}  # type: ignore[method-assign]
    assert tell_all(caches, "purge", "all") == [{"Refused": {"NotAllowed": "x"}}]


def test_a_batcher_without_caches_says_so() -> None:
    """Before it is connected."""
    with pytest.raises(RefrainError, match="not connected"):
        CacheShards(Caches({}))


def test_what_walks_over_everything_waits_for_a_move() -> None:
    """It would miss what moves behind it."""
    refuse_while_moving(CacheShards(Caches({"a": "serving"})))
    with pytest.raises(RefrainError, match="cache shards"):
        refuse_while_moving(CacheShards(Caches({"a": "serving", "b": "joining"})))
