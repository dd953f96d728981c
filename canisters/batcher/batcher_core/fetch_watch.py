"""What settled while a lookup in the cache was under way, so that no second outcall follows it.

A lookup that left before a flight was settled comes back as a miss although the answer is known.
The watch counts the lookups of each digest; while there are any, it keeps the last outcome of
that digest with its number, and a lookup is served those that came after its own beginning.
"""

from typing import Any

from batcher_core.outcomes import Outcome

_LOOKUPS = 0
_BEGUN_NS = 1
_SETTLED_AT = 2
_OUTCOME = 3
"""What is known of a digest, as a list: how many lookups, when the last one began, and at which
tick of the clock its last flight ended, and how."""


class FetchWatch:
    """The lookups under way; heap only, since a lookup does not survive an upgrade either."""

    def __init__(self) -> None:
        """Start with no lookup under way."""
        self._clock = 0
        self._watched: dict[str, list[Any]] = {}

    def __len__(self) -> int:
        """Count the digests that are looked up."""
        return len(self._watched)

    def begin(self, digest: str, now_ns: int) -> int:
        """Note that a lookup leaves; return its mark, to be given to `end`."""
        watched = self._watched.get(digest)
        if watched is None:
            self._watched[digest] = [1, now_ns, 0, None]
        else:
            watched[_LOOKUPS] += 1
            watched[_BEGUN_NS] = now_ns
        return self._clock

    def settle(self, digest: str, outcome: Outcome) -> None:
        """Note how a flight of `digest` ended, if a lookup of it is under way."""
        watched = self._watched.get(digest)
        if watched is not None:
            self._clock += 1
            watched[_SETTLED_AT] = self._clock
            watched[_OUTCOME] = outcome

    def end(self, digest: str, mark: int) -> "Outcome | None":
        """Note that the lookup is back; return what settled since it left."""
        watched = self._watched.get(digest)
        if watched is None:
            return None
        watched[_LOOKUPS] -= 1
        if not watched[_LOOKUPS]:
            del self._watched[digest]
        outcome: Outcome | None = watched[_OUTCOME]
        return outcome if watched[_SETTLED_AT] > mark else None

    def sweep(self, begun_before_ns: int) -> int:
        """Forget digests whose last lookup left so long ago that a trap must have ended it."""
        lost = [key for key, one in self._watched.items() if one[_BEGUN_NS] < begun_before_ns]
        for digest in lost:
            del self._watched[digest]
        return len(lost)
