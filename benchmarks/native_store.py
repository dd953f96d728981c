"""The cache canister's pure core on this interpreter, its stable maps in dicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cache_core import fast_lookups, lookups, puts, upkeep
from cache_core.answer_cache import AnswerCache
from cache_core.places import BANKS
from cache_core.stable_maps import StableMaps
from refrain_core.canonical import canonical_text
from refrain_core.fingerprint import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable

TENANT = "public"
MODEL = "tiny@r1:Q4_K_M"
NOW_NS = 1_700_000_000_000_000_000


class DictMap:
    """A StableBTreeMap[text, text] over a dict."""

    def __init__(self) -> None:
        """Start empty."""
        self._rows: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        """Return a value, or None."""
        return self._rows.get(key)

    def insert(self, key: str, value: str) -> str | None:
        """Set a value; return the former one."""
        former = self._rows.get(key)
        self._rows[key] = value
        return former

    def remove(self, key: str) -> str | None:
        """Remove a key; return its value."""
        return self._rows.pop(key, None)

    def items(self) -> list[tuple[str, str]]:
        """Return all entries in the order of their keys."""
        return sorted(self._rows.items())


class NativeStore:
    """A filled cache, asked by prompts' numbers."""

    def __init__(self, entries: int, prompt: Callable[[int], str], answer: str) -> None:
        """Put an answer for each prompt."""
        banks = [DictMap() for _ in range(BANKS)]
        self._cache = AnswerCache(StableMaps(banks, DictMap(), DictMap(), DictMap()))
        upkeep.begin(self._cache)
        self._prompt = prompt
        self._digests = [self._digest(number) for number in range(entries)]
        for digest in self._digests:
            stored = puts.put(self._cache, _put(digest, answer), NOW_NS)
            if "Stored" not in stored:
                raise ValueError(f"not stored: {stored}")

    def fetch(self, number: int) -> Any:
        """A hit from the whole request, as the batcher has it: digest, decision, counts."""
        return lookups.fetch(self._cache, TENANT, self._digest(number), _all, NOW_NS)

    def hit(self, number: int) -> str:
        """A hit by a digest that is known, as the fast query has it."""
        return fast_lookups.hit_text(self._cache, self._digests[number], _all, NOW_NS)

    def _digest(self, number: int) -> str:
        request = {
            "model": MODEL,
            "messages": [{"role": "user", "content": self._prompt(number)}],
            "temperature_micros": 0,
            "top_p_micros": None,
            "max_tokens": 64,
            "seed": None,
            "stop": [],
            "response_format": None,
            "extra": None,
        }
        return digest_of(canonical_text(request, TENANT))


def _put(digest: str, answer: str) -> dict[str, Any]:
    record = {
        "content": answer,
        "finish": "stop",
        "model": MODEL,
        "trust": "single_node",
        "prompt_tokens": 90,
        "completion_tokens": 300,
        "dropped_messages": 0,
        "dropped_characters": 0,
        "created_at_ns": 0,
    }
    return {
        "digest": digest,
        "sample": 0,
        "namespace": TENANT,
        "answer": record,
        "ttl_s": None,
        "cache_control": "",
        "parts": "",
        "voters": [],
        "cost_cycles": 0,
        "cost_ms": 0,
    }


def _all(_namespace: str) -> bool:
    return True
