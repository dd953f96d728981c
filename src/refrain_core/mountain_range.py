"""A Merkle mountain range: a hash tree that grows at its right for a flat price.

Nodes stand in perfect subtrees, the largest first, one for each bit of their number; each is a
peak. The peaks are folded from the right, so that no path is longer than the number's bits.

    11 nodes:  fork(peak of 8, fork(peak of 2, peak of 1))

    level 3               x
    level 2       x               x
    level 1   x       x       x       x       x
    level 0 x   x   x   x   x   x   x   x   x   x   x
"""

from refrain_core.hash_tree import FORK, PRUNED, fork_hash


class MountainRange:
    """Hashes by number, from 0, and the hash of all."""

    def __init__(self) -> None:
        """Begin with none."""
        self._levels: list[list[bytes]] = [[]]
        self._folds: dict[int, bytes] = {}
        """By a peak's level, the hash of this and all lower peaks; empty where not up to date."""

    def __len__(self) -> int:
        """Count the nodes."""
        return len(self._levels[0])

    def append(self, node: bytes) -> None:
        """Append a node's hash, and complete the subtrees that it completes."""
        at = len(self._levels[0])
        self._levels[0].append(node)
        level = 0
        while at & 1:
            node = fork_hash(self._levels[level][at - 1], node)
            at >>= 1
            level += 1
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(node)
        self._folds = {}

    def replace(self, at: int, node: bytes) -> None:
        """Put another node in the place of the one numbered `at`, and renew the path above it."""
        self._levels[0][at] = node
        for level in range(self._height(at)):
            left = at & ~1
            node = fork_hash(self._levels[level][left], self._levels[level][left + 1])
            at >>= 1
            self._levels[level + 1][at] = node
        self._folds = {}

    def fold(self) -> bytes:
        """Return the hash of all nodes; empty bytes where there are none."""
        if not self._folds:
            self._fold_peaks()
        return self._folds.get(len(self).bit_length() - 1, b"")

    def witness(self, at: int, shown: bytes) -> bytes:
        """Write a tree that shows one node, as `shown` has it in CBOR, and the others pruned."""
        self.fold()
        count, height, place = len(self), self._height(at), at
        before, after = b"", b""
        for level in range(height):
            nodes = self._levels[level]
            if place & 1:
                before = FORK + PRUNED + nodes[place - 1] + before
            else:
                before = FORK + before
                after += PRUNED + nodes[place + 1]
            place >>= 1
        lower = count & ((1 << height) - 1)
        if lower:
            before = FORK + before
            after += PRUNED + self._folds[lower.bit_length() - 1]
        for level in range(height + 1, len(self._levels)):
            if count >> level & 1:
                before = FORK + PRUNED + self._levels[level][-1] + before
        return before + shown + after

    def _height(self, at: int) -> int:
        """Return the level of the peak above a node: the highest bit in which it and all differ."""
        return (at ^ len(self)).bit_length() - 1

    def _fold_peaks(self) -> None:
        count, folded = len(self), b""
        for level, nodes in enumerate(self._levels):
            if count >> level & 1:
                folded = fork_hash(nodes[-1], folded) if folded else nodes[-1]
                self._folds[level] = folded
