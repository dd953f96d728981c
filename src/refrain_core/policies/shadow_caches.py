"""What each policy would have hit: small caches of keys alone, fed with a sample of the accesses.

The sample is of keys, not of accesses: a key is in it if the last four hexadecimal digits of its
hash are below a threshold, and then all its accesses are. A cache scaled down by the same rate has
about the hit ratio of the whole one (SHARDS, Waldspurger and others, FAST 2015). The rate follows
from the cache's size: a shadow holds 256 keys, and at most one key in four is sampled.

Price of an access, by counted operations: some 15,000 instructions to compare the key with `below`
before calling, and 1.2 M for a sampled one (four policies, mostly puts). On average that is 300,000
for a cache of 1,000 entries or fewer, 50,000 for one of 10,000, 20,000 for one of 100,000. Heap:
four policies of at most 256 keys, about 300 kB, whatever the cache's size.
"""

from typing import NamedTuple

from refrain_core.policies.policy_choice import POLICY_NAMES, make_policy
from refrain_core.xxh64 import xxh64

SHADOW_ENTRIES = 256
"""Keys in a shadow of a large cache."""

SAMPLES_NEEDED = 2_000
"""Sampled accesses before anything is recommended."""

MARGIN_PPM = 20_000
"""What another policy must win, two accesses in a hundred, to be worth a change."""

_WINDOW_SAMPLES = 32_768
_DIGITS = 4
_HASHES = 16**_DIGITS
_MOST_SAMPLED = _HASHES // 4
_MILLION = 1_000_000

LARGEST_BELOW = f"{_MOST_SAMPLED:04x}"
"""The `below` of the smallest caches: a key whose last digits are not below is in no sample."""


class ShadowRatios(NamedTuple):
    """What a policy would have spared, in millionths of all accesses and of all costs."""

    policy: str
    hit_ppm: int
    saved_ppm: int


class ShadowCaches:
    """One shadow for each policy, of a cache with these bounds.

    `below` is public so that the caller compares first and spares the call:
    `if key[-4:] < shadows.below: shadows.see(key, size_bytes, cost)`.
    """

    def __init__(self, max_entries: int, max_bytes: int) -> None:
        """Start empty, at the sampling rate that the bounds ask for."""
        self.below = sampled_below(max_entries)
        sampled = int(self.below, 16)
        self.rate_ppm = sampled * _MILLION // _HASHES
        self._max_entries = max(1, min(SHADOW_ENTRIES, max_entries * sampled // _HASHES))
        self._max_bytes = max(1, max_bytes * sampled // _HASHES)
        self._shadows = [
            make_policy(name, self._max_entries, self._max_bytes) for name in POLICY_NAMES
        ]
        self._hits = [0] * len(POLICY_NAMES)
        self._saved = [0] * len(POLICY_NAMES)
        self.samples = 0
        self._costs = 0

    def see(self, key: str, size_bytes: int, cost: int) -> None:
        """Count an access, a hit or what is stored after a miss, if its key is in the sample.

        The key must end in four hexadecimal digits of a hash, as short keys and digests do.
        """
        if key[-_DIGITS:] >= self.below:
            return
        if self.samples >= _WINDOW_SAMPLES:
            self._age()
        self.samples += 1
        self._costs += cost
        for number, shadow in enumerate(self._shadows):
            if key in shadow:
                shadow.use(key)
                self._hits[number] += 1
                self._saved[number] += cost
            elif size_bytes <= self._max_bytes:
                while (
                    len(shadow) >= self._max_entries
                    or shadow.size_bytes + size_bytes > self._max_bytes
                ):
                    shadow.victim()
                shadow.add(key, size_bytes, cost)

    def forget(self, key: str) -> None:
        """Drop a key that was purged or has expired, which no policy would have hit."""
        if key[-_DIGITS:] < self.below:
            for shadow in self._shadows:
                shadow.forget(key)

    def ratios(self) -> list[ShadowRatios]:
        """Return what each policy would have spared of the last accesses."""
        samples = max(self.samples, 1)
        costs = max(self._costs, 1)
        return [
            ShadowRatios(
                name,
                self._hits[number] * _MILLION // samples,
                self._saved[number] * _MILLION // costs,
            )
            for number, name in enumerate(POLICY_NAMES)
        ]

    def recommended(self, current: str, *, by_cost: bool = False) -> str:
        """Name the policy to use instead of the current one; itself unless the gain is clear.

        Raises:
            ValueError: no policy has that name.
        """
        if current not in POLICY_NAMES:
            raise ValueError(f"no policy named {current}")
        if self.samples < SAMPLES_NEEDED:
            return current
        spared = [each.saved_ppm if by_cost else each.hit_ppm for each in self.ratios()]
        present = spared[POLICY_NAMES.index(current)]
        best = max(spared)
        return current if best < present + MARGIN_PPM else POLICY_NAMES[spared.index(best)]

    def _age(self) -> None:
        """Halve all counts, so that what was long ago weighs less and less."""
        self.samples //= 2
        self._costs //= 2
        self._hits = [hits // 2 for hits in self._hits]
        self._saved = [saved // 2 for saved in self._saved]


def sampled_below(max_entries: int) -> str:
    """Return what the last four digits of a sampled key are below, for a cache of so many."""
    wanted = _HASHES * SHADOW_ENTRIES // max(max_entries, 1)
    return f"{max(1, min(_MOST_SAMPLED, wanted)):04x}"


def hashed_key(text: str) -> str:
    """Return a key that may be sampled for any text: XXH64 as 16 hexadecimal digits."""
    return f"{xxh64(text.encode()):016x}"
