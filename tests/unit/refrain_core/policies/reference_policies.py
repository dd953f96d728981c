"""Policies written as plainly as can be, slow and obviously right, to compare the others with."""

from __future__ import annotations

from collections import OrderedDict


class PlainLru:
    """An ordered dict, moved on each use."""

    def __init__(self) -> None:
        """Start empty."""
        self.sizes: OrderedDict[int, int] = OrderedDict()

    def add(self, key: int, size_bytes: int) -> None:
        """Hold a key."""
        self.sizes[key] = size_bytes

    def use(self, key: int) -> None:
        """Note a hit."""
        self.sizes.move_to_end(key)

    def forget(self, key: int) -> int:
        """Drop a key."""
        return self.sizes.pop(key, 0)

    def victim(self) -> int:
        """Choose and drop a key."""
        return self.sizes.popitem(last=False)[0]


class PlainSieve(PlainLru):
    """A list from old to new, a set of marks, and the key at which the hand stands."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.marked: set[int] = set()
        self.hand: int | None = None

    def use(self, key: int) -> None:
        """Note a hit."""
        self.marked.add(key)

    def forget(self, key: int) -> int:
        """Drop a key."""
        if key == self.hand:
            self.hand = self._after(key)
        self.marked.discard(key)
        return super().forget(key)

    def victim(self) -> int:
        """Choose and drop a key."""
        key = next(iter(self.sizes)) if self.hand is None else self.hand
        while key in self.marked:
            self.marked.discard(key)
            following = self._after(key)
            key = next(iter(self.sizes)) if following is None else following
        self.hand = key
        self.forget(key)
        return key

    def _after(self, key: int) -> int | None:
        keys = list(self.sizes)
        later = keys[keys.index(key) + 1 :]
        return later[0] if later else None


class PlainCost(PlainLru):
    """GreedyDual-Size without rounding or second chances: the exact worth of each key."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.level = 0.0
        self.dues: dict[int, float] = {}
        self.worths: dict[int, float] = {}

    def add_of_cost(self, key: int, size_bytes: int, cost: int) -> None:
        """Hold a key of a cost."""
        self.add(key, size_bytes)
        self.worths[key] = cost / size_bytes
        self.use(key)

    def use(self, key: int) -> None:
        """Note a hit."""
        self.dues[key] = self.level + self.worths[key]

    def victim(self) -> int:
        """Choose and drop a key."""
        key = min(self.dues, key=lambda each: self.dues[each])
        self.level = self.dues.pop(key)
        self.forget(key)
        return key
