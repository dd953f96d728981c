"""Stand-ins for stable maps and for the platform, and puts to fill a cache with."""

import builtins
from collections.abc import Callable, Iterator
from typing import Any

import kybra
import pytest

from cache_core.response_cache import ResponseCache
from tests.unit import fresh_canister

TENANT = "rrkah-fqaaa-aaaaa-aaaaq-cai"
INSTALLER = "ryjl3-tyaaa-aaaaa-aaaba-cai"
WRITER = TENANT


class DictMap:
    """A StableBTreeMap[text, text] that is a dict, with the cache's bounds on sizes."""

    def __init__(self) -> None:
        """Start empty."""
        self.entries: dict[str, str] = {}
        self.writes = 0

    def get(self, key: str) -> "str | None":
        """Return a value or None."""
        return self.entries.get(key)

    def insert(self, key: str, value: str) -> "str | None":
        """Set a value that fits; return the former one."""
        assert len(key.encode()) <= 20
        assert len(value.encode()) <= 4_523
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


class Memory:
    """The maps of one cache, which outlive its heap."""

    def __init__(self) -> None:
        """Start empty."""
        self.banks = [DictMap() for _ in range(32)]
        self.meta = DictMap()

    def begin(self) -> ResponseCache:
        """Install a cache on this memory."""
        cache = ResponseCache(self.banks, self.meta)
        cache.begin(1)
        return cache

    def resume(self) -> ResponseCache:
        """Upgrade: a new heap over the same maps."""
        cache = ResponseCache(self.banks, self.meta)
        cache.resume(1)
        return cache

    def writes(self) -> int:
        """Count the writes to all maps."""
        return self.meta.writes + sum(bank.writes for bank in self.banks)

    def records(self) -> int:
        """Count the records of all banks, pieces and gravestones too."""
        return sum(len(bank.entries) for bank in self.banks)


@pytest.fixture(scope="session")
def new_memory() -> type[Memory]:
    """Provide a maker of empty maps."""
    return Memory


@pytest.fixture
def memory() -> Memory:
    """Provide empty maps."""
    return Memory()


@pytest.fixture
def cache(memory: Memory) -> ResponseCache:
    """Provide an empty cache."""
    return memory.begin()


@pytest.fixture(scope="session")
def put_request() -> Callable[..., dict[str, Any]]:
    """Provide a maker of good PutRequests, with some fields replaced."""

    def make(digest: str, content: str = "four", **fields: Any) -> dict[str, Any]:
        answer = {
            "content": content,
            "finish": "stop",
            "model": "tiny@r1:Q4_K_M",
            "trust": "single_node",
            "prompt_tokens": 11,
            "completion_tokens": 12,
            "dropped_messages": 1,
            "dropped_characters": 2,
            "created_at_ns": 3,
        }
        outer = {
            "digest": digest,
            "namespace": TENANT,
            "answer": answer,
            "ttl_s": None,
            "cache_control": "",
        }
        for field, value in fields.items():
            (answer if field in answer else outer)[field] = value
        return outer

    return make


class Platform:
    """The few members of the platform that the cache uses, over dicts."""

    def __init__(self) -> None:
        """Start with empty memory, called by the installer."""
        self.maps: dict[int, dict[str, str]] = {}
        self.caller_now = INSTALLER
        self.now_ns = 1_000_000_000
        self.timers: list[Callable[[], None]] = []
        self.intervals: list[Callable[[], None]] = []
        self.printed: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Serve map calls by the name of their operation."""
        operation = name.removeprefix("stable_b_tree_map_")
        return lambda memory_id, *args: self._on_map(operation, memory_id, args)

    def caller(self) -> kybra.Principal:
        """Return who calls now."""
        return kybra.Principal.from_str(self.caller_now)

    def time(self) -> int:
        """Return the made-up instant."""
        return self.now_ns

    def print(self, text: str) -> None:
        """Keep what was printed."""
        self.printed.append(text)

    def set_timer(self, delay_s: int, function: Callable[[], None]) -> int:
        """Keep a timer that is due at once."""
        assert delay_s == 0
        self.timers.append(function)
        return 1

    def set_timer_interval(self, interval_s: int, function: Callable[[], None]) -> int:
        """Keep an interval, always the minute's."""
        assert interval_s == 60
        self.intervals.append(function)
        return 2

    def run_timers(self) -> int:
        """Run all timers that are due; return how many."""
        ran = 0
        while self.timers:
            self.timers.pop(0)()
            ran += 1
        return ran

    def _on_map(self, operation: str, memory_id: int, args: tuple[str, ...]) -> Any:
        entries = self.maps.setdefault(memory_id, {})
        if operation == "insert":
            former = entries.get(args[0])
            entries[args[0]] = args[1]
            return former
        if operation == "remove":
            return entries.pop(args[0], None)
        if operation == "items":
            return sorted(entries.items())
        assert operation == "get"
        return entries.get(args[0])


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """Provide a platform, and leave the imported modules as they were."""
    made = Platform()
    monkeypatch.setattr(builtins, "_kybra_ic", made, raising=False)
    yield made
    fresh_canister.forget("cache")


@pytest.fixture
def fresh_main() -> Callable[[], Any]:
    """Provide the importer that gives the canister a new heap."""
    return lambda: fresh_canister.load("cache")


@pytest.fixture
def main(platform: Platform) -> Any:
    """Provide an installed canister with one writer, who calls."""
    module = fresh_canister.load("cache")
    module.install()
    platform.run_timers()
    assert "Ok" in module.allow_writer(WRITER)
    platform.caller_now = WRITER
    return module
