"""Answers on their way to another cache that shares the key space, and from one.

The batcher carries them, page by page. `move_out` gives out answers that another cache owns and
lets go of those that are said to have arrived; `move_in` takes a page. An answer is let go of by
its checksum only after it arrived: whatever breaks off leaves it in both caches, never in none.

A page that was read before an answer was removed or purged must not bring it back: `move_in` takes
a page only under a fence (`cache_core.fences`) that it told before the page was read. Who removes
or purges during a move tells the giving cache first, and then the taking one.

What is to be moved stands in the heap: after an upgrade the index is looked through again, and what
arrived already is found present.
"""

from collections.abc import Sequence
from typing import Any

from cache_core.answer_cache import AnswerCache
from cache_core.answer_texts import ANSWER
from cache_core.lookup_results import refused
from cache_core.transfers import MOST_RECORDS, PageRoom, exported, imported
from refrain_core.fingerprint import is_digest
from refrain_core.refusals import bad_request, busy
from refrain_core.rendezvous import MOST_SHARDS, ShardRing, ring_key

MOVED = "moved"
"""Why an answer left that another cache took over."""

LOOKED_AT_PER_STEP = 2_000
"""Digests whose owner one step determines, under 0.2 M instructions each."""

REBUILT_IN_S = 60

WITHHELD = "withheld"
_NAMESPACE = 2
"""Where a header has its namespace, behind layout and digest."""

Asked = tuple[int, str, "tuple[str, ...]"]


class Moving:
    """A move as this cache knows it: what is to be looked at, to be given, and on its way."""

    def __init__(self, asked: Asked, digests: list[str]) -> None:
        """Begin to look through `digests` for what another one of the ring's shards owns."""
        self.asked = asked
        self._ring = ShardRing(asked[2])
        self._unseen = digests
        self._waiting: dict[str, list[str]] = {}
        self._offered: dict[str, tuple[str, str, int]] = {}

    def seek(self, target: str) -> list[str]:
        """Return what waits for a target, after looking at some more for what does."""
        waiting = self._waiting.setdefault(target, [])
        for _ in range(min(LOOKED_AT_PER_STEP, len(self._unseen))):
            if len(waiting) >= MOST_RECORDS:
                break
            digest = self._unseen.pop()
            owner = self._ring.owner(ring_key(digest))
            if owner != self.asked[1]:
                self._waiting.setdefault(owner, []).append(digest)
        return waiting

    def offer(self, checksum: str, target: str, digest: str, sequence: int) -> None:
        """Note what was given out, until it is said to have arrived."""
        self._offered[checksum] = (target, digest, sequence)

    def arrived(self, checksums: Sequence[str]) -> "list[tuple[str, int]]":
        """Return digest and sequence of what arrived; the rest of what was given waits again."""
        offered, self._offered = self._offered, {}
        for checksum, (target, digest, _) in offered.items():
            if checksum not in checksums:
                self._waiting.setdefault(target, []).append(digest)
        return [offered[one][1:] for one in checksums if one in offered]

    def left(self, target: str) -> int:
        """Count the digests that are yet to be looked at, or to be given to a target."""
        return len(self._unseen) + len(self._waiting.get(target, ())) + len(self._offered)


def move_out(cache: AnswerCache, asked: Asked, target: str, done: Sequence[str]) -> Any:
    """Let go of what arrived, and return a page of what `target` owns, as MoveOutResult.

    asked: the move's number, this cache's own principal, and all that share the key space from now
    on. A page without rows is the last one if it says that nothing is left.
    """
    refusal = _refuse_move(cache, asked, target)
    if refusal is not None:
        return refused(refusal)
    moving = cache.moving
    if moving is None or moving.asked != asked:
        moving = cache.moving = Moving(asked, cache.index.digests())
    _let_go(cache, moving.arrived(done))
    rows = _page(cache, moving, target)
    return {"Page": {"rows": rows, "left": moving.left(target)}}


def move_in(cache: AnswerCache, rows: Sequence[dict[str, str]], fence: int, now_ns: int) -> Any:
    """Take a page that was read under a fence, as MoveInResult; tell the fence of now.

    An outcome is an import's, or "withheld" of what was removed or purged meanwhile.
    """
    if cache.fences.refuses(fence):
        return {"Fenced": cache.fences.now()}
    outcomes = [
        WITHHELD if _is_withheld(cache, row, fence) else imported(cache, [row], now_ns)[0]
        for row in rows[:MOST_RECORDS]
    ]
    return {"Moved": {"outcomes": outcomes, "fence": cache.fences.now()}}


def remove_older(cache: AnswerCache, digest: str, than_ns: int) -> bool:
    """Let go of an answer that was stored before a newer one was put elsewhere; tell whether so."""
    found = cache.find(digest) if is_digest(digest) else None
    if found is None or found.entry.stored_at_ns >= than_ns:
        return False
    cache.certified.drop([digest])
    cache.release(found, MOVED)
    return True


def _is_withheld(cache: AnswerCache, row: dict[str, str], fence: int) -> bool:
    fields = row["header"].split("|", 3)
    return len(fields) > _NAMESPACE and cache.fences.withholds(fence, fields[1], fields[_NAMESPACE])


def _page(cache: AnswerCache, moving: Moving, target: str) -> list[dict[str, Any]]:
    waiting = moving.seek(target)
    room = PageRoom()
    rows: list[dict[str, Any]] = []
    for _ in range(min(MOST_RECORDS, len(waiting))):
        digest = waiting.pop()
        found = cache.find(digest)
        # Failures live for minutes: they are left to die where they are. So is what is purged.
        if found is None or found.entry.kind != ANSWER or cache.invalidation.purged(found.entry):
            continue
        row = exported(cache, found.entry, found.place.key, found.first)
        moving.offer(row["checksum"], target, digest, found.entry.sequence)
        rows.append(row)
        if not room.is_left(row):
            break
    return rows


def _let_go(cache: AnswerCache, arrived: "list[tuple[str, int]]") -> None:
    for digest, sequence in arrived:
        found = cache.find(digest)
        if found is not None and found.entry.sequence == sequence:
            # What its new owner purges or removes must not be provable here.
            cache.certified.drop([digest])
            cache.release(found, MOVED)


def _refuse_move(cache: AnswerCache, asked: Asked, target: str) -> "dict[str, Any] | None":
    _, own, shards = asked
    if cache.banks_left:
        return busy(REBUILT_IN_S)
    if not 1 <= len(shards) <= MOST_SHARDS or len(set(shards)) != len(shards):
        return bad_request(f"1 to {MOST_SHARDS} caches share the key space, each named once")
    if target == own or target not in shards:
        return bad_request("the target must be another one of those that share the key space")
    return None
