"""A Merkle mountain range: a hash tree that grows at its right for a flat price.

Nodes stand in perfect subtrees, the largest first, one for each bit of their number; each is a
peak. The peaks are folded from the right, so that no path is longer than the number's bits.

    11 nodes:  fork(peak of 8, fork(peak of 2, peak of 1))

    level 3               x
    level 2       x               x
    level 1   x       x       x       x       x
    level 0 x   x   x   x   x   x   x   x   x   x   x

Kept is each node as a witness shows it pruned: 4 bytes of CBOR and its hash. A witness is then
little more than slices put together, and hits are more than puts.
"""

from hashlib import sha256

from refrain_core.hash_tree import FORK, FORK_DOMAIN, PRUNED

_FRONT = len(PRUNED)


class MountainRange:
    """Hashes by number, from 0, and the hash of all."""

    def __init__(self) -> None:
        """Begin with none."""
        self._levels: list[list[bytes]] = [[]]
        self._folds: dict[int, bytes] = {}
        """By a peak's level, this and all lower peaks as one node; empty if not up to date."""

    def __len__(self) -> int:
        """Count the nodes."""
        return len(self._levels[0])

    def append(self, digest: bytes) -> None:
        """Append a node's hash, and complete the subtrees that it completes."""
        levels = self._levels
        node = PRUNED + digest
        at = len(levels[0])
        levels[0].append(node)
        level = 0
        while at & 1:
            node = _forked(levels[level][-2], node)
            at >>= 1
            level += 1
            if level == len(levels):
                levels.append([])
            levels[level].append(node)
        self._folds = {}

    def replace(self, at: int, digest: bytes) -> None:
        """Put another node in the place of the one numbered `at`, and renew the path above it."""
        levels = self._levels
        levels[0][at] = PRUNED + digest
        for level in range(self._height(at)):
            left = at & ~1
            node = _forked(levels[level][left], levels[level][left + 1])
            at >>= 1
            levels[level + 1][at] = node
        self._folds = {}

    def fold(self) -> bytes:
        """Return all nodes as one, pruned; empty bytes where there are none."""
        if not self._folds:
            self._fold_peaks()
        return self._folds.get(len(self._levels) - 1, b"")

    def witness(self, at: int, shown: bytes) -> bytes:
        """Write a tree that shows one node, as `shown` has it in CBOR, and the others pruned."""
        if not self._folds:
            self._fold_peaks()
        levels = self._levels
        fork = FORK  # a local name is cheaper, and the loop is the dearest of a hit
        before = after = b""
        count = len(levels[0])
        height = (at ^ count).bit_length() - 1
        for nodes in levels[:height]:
            if at & 1:
                before = fork + nodes[at - 1] + before
            else:
                before = fork + before
                after += nodes[at + 1]
            at >>= 1
        lower = count & ((1 << height) - 1)
        if lower:
            before = fork + before
            after += self._folds[lower.bit_length() - 1]
        for level in range(height + 1, len(levels)):
            if count >> level & 1:
                before = fork + levels[level][-1] + before
        return before + shown + after

    def _height(self, at: int) -> int:
        """Return the level of the peak above a node: the highest bit in which it and all differ."""
        return (at ^ len(self._levels[0])).bit_length() - 1

    def _fold_peaks(self) -> None:
        levels, folds = self._levels, self._folds
        count, folded = len(levels[0]), b""
        for level, nodes in enumerate(levels):
            if count >> level & 1:
                folded = _forked(nodes[-1], folded) if folded else nodes[-1]
                folds[level] = folded


def _forked(left: bytes, right: bytes) -> bytes:
    return PRUNED + sha256(FORK_DOMAIN + left[_FRONT:] + right[_FRONT:]).digest()
