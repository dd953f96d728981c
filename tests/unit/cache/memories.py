"""Maps that are dicts, bounded as the canister's maps are, and outlive the heap over them."""

from typing import TYPE_CHECKING

from cache_core import upkeep
from cache_core.answer_cache import AnswerCache
from cache_core.cache_bounds import CacheBounds
from cache_core.stable_maps import StableMaps

if TYPE_CHECKING:
    from cache_core.certified_answers import Certify


class DictMap:
    """A StableBTreeMap[text, text] that is a dict, with bounds on sizes as Candid."""

    def __init__(self, max_key_size: int, max_value_size: int) -> None:
        """Start empty."""
        self.entries: dict[str, str] = {}
        self.writes = 0
        self._sizes = (max_key_size, max_value_size)

    def get(self, key: str) -> "str | None":
        """Return a value or None."""
        return self.entries.get(key)

    def insert(self, key: str, value: str) -> "str | None":
        """Set a value that fits; return the former one."""
        assert candid_text_bytes(key) <= self._sizes[0]
        assert candid_text_bytes(value) <= self._sizes[1]
        self.writes += 1
        former = self.entries.get(key)
        self.entries[key] = value
        return former

    def remove(self, key: str) -> "str | None":
        """Remove a key; return its value."""
        self.writes += 1
        return self.entries.pop(key, None)

    def items(self) -> list[tuple[str, str]]:
        """Return all entries in the order of their keys."""
        return sorted(self.entries.items())


def candid_text_bytes(text: str) -> int:
    """Count a text's bytes as a Candid message: 7, its length in LEB128, itself."""
    size = len(text.encode())
    return 7 + (1 if size < 128 else 2) + size


class Memory:
    """The maps of one cache, which outlive its heap."""

    def __init__(self) -> None:
        """Start empty."""
        self.banks = [DictMap(28, 4_532) for _ in range(32)]
        self.meta = DictMap(24, 220)
        self.tenants = DictMap(100, 400)
        self.purges = DictMap(260, 40)

    def begin(self, certify: "Certify | None" = None) -> AnswerCache:
        """Install a cache on this memory."""
        cache = self._cache(certify)
        upkeep.begin(cache)
        return cache

    def resume(
        self, bounds: "CacheBounds | None" = None, certify: "Certify | None" = None
    ) -> AnswerCache:
        """Upgrade: a new heap over the same maps, with bounds as its rows have them."""
        cache = self._cache(certify)
        cache.bounds = bounds or CacheBounds()
        upkeep.resume(cache)
        return cache

    def maps(self) -> list[DictMap]:
        """List all maps."""
        return [*self.banks, self.meta, self.tenants, self.purges]

    def writes(self) -> int:
        """Count the writes to all maps."""
        return sum(one.writes for one in self.maps())

    def records(self) -> int:
        """Count the records of all banks, pieces and gravestones too."""
        return sum(len(bank.entries) for bank in self.banks)

    def copied(self) -> list[dict[str, str]]:
        """Copy what stands in the maps."""
        return [dict(one.entries) for one in self.maps()]

    def restore(self, copied: list[dict[str, str]]) -> None:
        """Go back to a copy, as a message that traps does."""
        for one, entries in zip(self.maps(), copied, strict=True):
            one.entries = dict(entries)

    def _cache(self, certify: "Certify | None") -> AnswerCache:
        return AnswerCache(StableMaps(self.banks, self.meta, self.tenants, self.purges), certify)
