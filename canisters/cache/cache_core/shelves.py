"""A namespace's part of the index: its bounds, its totals and its eviction policy."""

from typing import NamedTuple

from refrain_core.policies.policy_choice import make_policy

DEFAULT_POLICY = "sieve"


class ShelfBounds(NamedTuple):
    """What a controller set for a namespace; 0 entries or bytes are as many as the whole may."""

    policy: str = DEFAULT_POLICY
    max_entries: int = 0
    max_bytes: int = 0


_BOUNDLESS = 1 << 62


class Shelf:
    """The answers of one namespace, as numbers and in the order of their eviction."""

    def __init__(self, bounds: ShelfBounds, whole_entries: int, whole_bytes: int) -> None:
        """Start empty, under bounds of its own within those of the whole."""
        self.bounds = bounds
        self.most = (bounds.max_entries or _BOUNDLESS, bounds.max_bytes or _BOUNDLESS)
        self.totals = [0, 0]
        """Its answers and their bytes, in a list: that costs less than two attributes."""
        self.policy = make_policy(
            bounds.policy, bounds.max_entries or whole_entries, bounds.max_bytes or whole_bytes
        )

    @property
    def entries(self) -> int:
        """Count its answers."""
        return self.totals[0]

    @property
    def size_bytes(self) -> int:
        """Count their bytes."""
        return self.totals[1]

    def is_over(self, more_entries: int, more_bytes: int) -> bool:
        """Tell whether so much more would exceed the namespace's own bounds."""
        most_entries, most_bytes = self.most
        entries, size_bytes = self.totals
        return entries + more_entries > most_entries or size_bytes + more_bytes > most_bytes


def pack_bounds(bounds: ShelfBounds) -> str:
    """Write bounds with bars between them."""
    return "|".join(map(str, bounds))


def unpack_bounds(text: str) -> ShelfBounds:
    """Read what `pack_bounds` wrote."""
    policy, entries, size_bytes = text.split("|")
    return ShelfBounds(policy, int(entries), int(size_bytes))
