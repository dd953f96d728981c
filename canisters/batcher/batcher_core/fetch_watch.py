"""What settled while a lookup in the cache was under way, so that no second outcall follows it.

A lookup that left before a flight was settled comes back as a miss although the answer is known.
The watch counts the lookups of each digest; while there are any, it keeps the last outcome of
that digest with its number, and a lookup is served those that came after its own beginning.
"""

from typing import NamedTuple

from batcher_core.outcomes import Outcome


class _Watched(NamedTuple):
    lookups: int
    begun_ns: int
    settled_at: int
    outcome: "Outcome | None"


class FetchWatch:
    """The lookups under way; heap only, since a lookup does not survive an upgrade either."""

    def __init__(self) -> None:
        """Start with no lookup under way."""
        self._clock = 0
        self._watched: dict[str, _Watched] = {}

    def __len__(self) -> int:
        """Count the digests that are looked up."""
        return len(self._watched)

    def begin(self, digest: str, now_ns: int) -> int:
        """Note that a lookup leaves; return its mark, to be given to `end`."""
        watched = self._watched.get(digest, _Watched(0, now_ns, 0, None))
        self._watched[digest] = watched._replace(lookups=watched.lookups + 1, begun_ns=now_ns)
        return self._clock

    def settle(self, digest: str, outcome: Outcome) -> None:
        """Note how a flight of `digest` ended, if a lookup of it is under way."""
        watched = self._watched.get(digest)
        if watched is not None:
            self._clock += 1
            self._watched[digest] = watched._replace(settled_at=self._clock, outcome=outcome)

    def end(self, digest: str, mark: int) -> "Outcome | None":
        """Note that the lookup is back; return what settled since it left."""
        watched = self._watched.get(digest)
        if watched is None:
            return None
        if watched.lookups > 1:
            self._watched[digest] = watched._replace(lookups=watched.lookups - 1)
        else:
            del self._watched[digest]
        return watched.outcome if watched.settled_at > mark else None

    def sweep(self, begun_before_ns: int) -> int:
        """Forget digests whose last lookup left so long ago that a trap must have ended it."""
        lost = [key for key, one in self._watched.items() if one.begun_ns < begun_before_ns]
        for digest in lost:
            del self._watched[digest]
        return len(lost)
