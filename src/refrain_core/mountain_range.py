"""A Merkle mountain range: a hash tree that grows at its right for a flat price.

Nodes stand in perfect subtrees, the largest first, one for each bit of their number; each is a
peak. The peaks are folded from the right, so that no path is longer than the number's bits.

    11 nodes:  fork(peak of 8, fork(peak of 2, peak of 1))

    level 3               x
    level 2       x               x
    level 1   x       x       x       x       x
    level 0 x   x   x   x   x   x   x   x   x   x   x

What is kept is 32 bytes a node, two nodes for each that was appended.
"""

from hashlib import sha256

from refrain_core.hash_tree import FORK, FORK_DOMAIN, PRUNED

_FORK_PRUNED = FORK + PRUNED


class MountainRange:
    """Hashes by number, from 0, and the hash of all."""

    def __init__(self) -> None:
        """Begin with none."""
        self._levels: list[list[bytes]] = [[]]
        self._folds: list[bytes] = []
        """By level, the hash of all peaks up to there; without elements if not up to date."""

    def __len__(self) -> int:
        """Count the nodes."""
        return len(self._levels[0])

    def append(self, node: bytes) -> None:
        """Append a node's hash, and complete the subtrees that it completes."""
        levels = self._levels
        at = len(levels[0])
        levels[0].append(node)
        level = 0
        while at & 1:
            # Written out, here and below: a call of fork_hash would add a third to its price.
            node = sha256(FORK_DOMAIN + levels[level][at - 1] + node).digest()
            at >>= 1
            level += 1
            if level == len(levels):
                levels.append([])
            levels[level].append(node)
        self._folds = []

    def replace(self, at: int, node: bytes) -> None:
        """Put another node in the place of the one numbered `at`, and renew the path above it."""
        levels = self._levels
        levels[0][at] = node
        for level in range(self._height(at)):
            nodes = levels[level]
            node = sha256(FORK_DOMAIN + nodes[at & -2] + nodes[at | 1]).digest()
            at >>= 1
            levels[level + 1][at] = node
        self._folds = []

    def fold(self) -> bytes:
        """Return the hash of all nodes; empty bytes where there are none."""
        return (self._folds or self._folded())[-1]

    def witness(self, at: int, shown: bytes) -> bytes:
        """Write a tree that shows one node, as `shown` has it in CBOR, and the others pruned."""
        levels, folds = self._levels, self._folds or self._folded()
        # Local names are cheaper, and the loop is the dearest of a hit.
        fork, pruned, fork_pruned = FORK, PRUNED, _FORK_PRUNED
        before = after = b""
        height = (at ^ len(levels[0])).bit_length() - 1
        for nodes in levels[:height]:
            if at & 1:
                before = fork_pruned + nodes[at - 1] + before
            else:
                before = fork + before
                after += pruned + nodes[at + 1]
            at >>= 1
        if height and folds[height - 1]:
            before = fork + before
            after += pruned + folds[height - 1]
        for nodes in levels[height + 1 :]:
            if len(nodes) & 1:
                before = fork_pruned + nodes[-1] + before
        return before + shown + after

    def _height(self, at: int) -> int:
        """Return the level of the peak above a node: the highest bit in which it and all differ."""
        return (at ^ len(self._levels[0])).bit_length() - 1

    def _folded(self) -> list[bytes]:
        """Fold the peaks: the last nodes of the levels that have an odd number of them."""
        folded, folds = b"", []
        for nodes in self._levels:
            if len(nodes) & 1:
                folded = sha256(FORK_DOMAIN + nodes[-1] + folded).digest() if folded else nodes[-1]
            folds.append(folded)
        self._folds = folds
        return folds
