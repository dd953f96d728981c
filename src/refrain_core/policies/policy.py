"""What every eviction policy does; the cache asks, the policy never looks at the answers."""

from collections.abc import Hashable, Iterator, Sequence
from typing import Protocol

VISITS_PER_VICTIM = 4_096
"""Entries that one choice of a victim may pass over; the next one is taken as it stands.

Passing over is paid by the hits that made the entries worth keeping, so choices are cheap on
average; this bounds a single one, should every entry have been hit since the last.
"""


class Policy(Protocol):
    """Orders keys for eviction. It has no bounds: who asks for a victim has found one exceeded."""

    @property
    def size_bytes(self) -> int:
        """The sum of the sizes of what it holds."""

    def __len__(self) -> int:
        """Count the keys that it holds."""

    def __contains__(self, key: Hashable) -> bool:
        """Tell whether it holds a key; what it merely remembers is not held."""

    def add(self, key: Hashable, size_bytes: int, cost: int) -> None:
        """Hold a key that it does not hold; cost is what its answer took, in any one unit."""

    def add_all(self, entries: Sequence[tuple[Hashable, int, int]]) -> None:
        """Hold many (key, size, cost) that it does not hold, in the order of their arrival."""

    def use(self, key: Hashable) -> None:
        """Note a hit of a key that it holds.

        Raises:
            KeyError: it neither holds nor remembers the key.
        """

    def forget(self, key: Hashable) -> int:
        """Drop a key that left by other ways; return its size, or 0 if it was not held."""

    def victim(self) -> Hashable:
        """Choose the key to evict next, and drop it.

        Raises:
            LookupError: it holds none.
        """

    def oldest_first(self) -> Iterator[Hashable]:
        """Walk all keys, queue by queue from its oldest; only the key just given may be dropped."""
