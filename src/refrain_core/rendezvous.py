"""Which of several caches keeps an answer: rendezvous hashing, alike in canister and client.

Every shard gets a score for a key, and the highest score owns it (Thaler and Ravishankar, "Using
name-based mappings to increase hit rates", 1998). A shard that joins takes over just the keys that
it scores highest for, one n-th of them, and no key moves between the others.

A shard's seed is XXH64 of its name; its score for a key is XXH64's final mix of seed and key. All
scores are mixed at once, in lanes of one large integer: eight shards then cost a canister about
0.1 M instructions, and one after another 0.8 M.
"""

from collections.abc import Sequence

from refrain_core.xxh64 import xxh64

MOST_SHARDS = 64

_LANE_BITS = 128
_LANE_BYTES = 16
_WORD = 0xFFFFFFFFFFFFFFFF
_PRIME_2 = 0xC2B2AE3D27D4EB4F
_PRIME_3 = 0x165667B19E3779F9


def ring_key(digest: str) -> str:
    """Return what of a digest is ranked: 64 bits of it, which no bank and no sample goes by.

    The digest is a hash already: to hash it once more would cost each ask 0.3 M instructions.
    """
    return digest[16:32]


class ShardRing:
    """The shards that share a key space, in no order of theirs."""

    def __init__(self, shards: Sequence[str]) -> None:
        """Share the keys among `shards`, named by their principals.

        Raises:
            ValueError: there is none, there are more than `MOST_SHARDS`, or a name comes twice.
        """
        if not 1 <= len(shards) <= MOST_SHARDS or len(set(shards)) != len(shards):
            raise ValueError(f"a ring has 1 to {MOST_SHARDS} shards, each once")
        # Sorted, so that equal scores are decided alike by everybody.
        self.shards = tuple(sorted(shards))
        lanes = [xxh64(shard.encode()) << place for place, shard in self._placed()]
        self._seeds = sum(lanes)
        self._ones = sum(1 << place for place, _ in self._placed())
        self._words = self._ones * _WORD

    def owner(self, key: str) -> str:
        """Return the shard that keeps `key`, 16 hexadecimal characters as `ring_key` gives."""
        if len(self.shards) == 1:
            return self.shards[0]
        scores = self._scores(key)
        return self.shards[scores.index(max(scores))]

    def ranked(self, key: str) -> list[str]:
        """Return all shards, the owner of `key` first, then who would own it without the former."""
        scores = self._scores(key)
        places = sorted(range(len(scores)), key=lambda place: -scores[place])
        return [self.shards[place] for place in places]

    def _placed(self) -> list[tuple[int, str]]:
        return [(_LANE_BITS * number, shard) for number, shard in enumerate(self.shards)]

    def _scores(self, key: str) -> list[int]:
        words = self._words
        mixed = self._seeds ^ (int(key, 16) * self._ones)
        mixed = ((mixed ^ (mixed >> 33 & words)) * _PRIME_2) & words
        mixed = ((mixed ^ (mixed >> 29 & words)) * _PRIME_3) & words
        mixed ^= mixed >> 32 & words
        lanes = mixed.to_bytes(_LANE_BYTES * len(self.shards), "little")
        starts = range(0, len(lanes), _LANE_BYTES)
        return [int.from_bytes(lanes[start : start + 8], "little") for start in starts]
