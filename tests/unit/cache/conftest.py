"""Stand-ins for stable maps and for the platform, and puts to fill a cache with."""

import builtins
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import kybra
import pytest

from cache_core.answer_cache import AnswerCache
from refrain_core.request_parts import parts_text
from tests.unit import fresh_canister
from tests.unit.cache.certified_cache import Certified
from tests.unit.cache.memories import Memory

TENANT = "rrkah-fqaaa-aaaaa-aaaaq-cai"
INSTALLER = "ryjl3-tyaaa-aaaaa-aaaba-cai"
WRITER = TENANT
OTHER = "r7inp-6aaaa-aaaaa-aaabq-cai"


@pytest.fixture(scope="session")
def new_memory() -> type[Memory]:
    """Provide a maker of empty maps."""
    return Memory


@pytest.fixture
def memory() -> Memory:
    """Provide empty maps."""
    return Memory()


@pytest.fixture
def cache(memory: Memory) -> AnswerCache:
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
            "sample": 0,
            "namespace": TENANT,
            "answer": answer,
            "ttl_s": None,
            "cache_control": "",
            "parts": "",
            "voters": [],
            "cost_cycles": 0,
            "cost_ms": 0,
        }
        for field, value in fields.items():
            (answer if field in answer else outer)[field] = value
        return outer

    return make


@pytest.fixture
def certified(put_request: Callable[..., dict[str, Any]]) -> Certified:
    """Provide a cache that certifies."""
    return Certified(put_request)


class Platform:
    """The few members of the platform that the cache uses, over dicts."""

    def __init__(self) -> None:
        """Start with empty memory, called by the installer."""
        self.maps: dict[int, dict[str, str]] = {}
        self.caller_now = INSTALLER
        self.now_ns = 1_000_000_000
        self.timers: list[Callable[[], Any]] = []
        self.intervals: list[Callable[[], None]] = []
        self.printed: list[str] = []
        self.roots: list[bytes] = []
        self.randomness = kybra.CallResult(b"\x5e" * 32, None)
        self.certificate: bytes | None = b"signed"

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

    def set_certified_data(self, root: bytes) -> None:
        """Keep a root."""
        self.roots.append(root)

    def data_certificate(self) -> "bytes | None":
        """Return what stands for the certificate of the last root."""
        return self.certificate

    def set_timer(self, delay_s: int, function: Callable[[], Any]) -> int:
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
            started = self.timers.pop(0)()
            if started is not None:
                next(started)
                with suppress(StopIteration):
                    started.send(self.randomness)
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
    # As it is, so that it is put back: the canister puts a class of its own in its place.
    monkeypatch.setattr(kybra, "Principal", kybra.Principal)
    monkeypatch.setattr(builtins, "_kybra_ic", made, raising=False)
    # What test modules hold already, and patch by its name.
    before = {name: one for name, one in sys.modules.items() if name.startswith("cache_core")}
    yield made
    fresh_canister.forget("cache")
    sys.modules.update(before)


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


@pytest.fixture
def keep(main: Any, put_request: Callable[..., dict[str, Any]]) -> Callable[..., str]:
    """Provide a put of the answer to a request, with the request's parts; returns the digest."""

    def put(namespace: str = OTHER, content: str = "four", **fields: Any) -> str:
        asked: dict[str, Any] = {
            name: fields.pop(name) for name in ("messages", "seed", "extra") if name in fields
        }
        request: dict[str, Any] = {
            **ask(),
            **asked,
            "namespace": None if "-" in namespace else namespace,
        }
        found = main.asked(request, namespace, lambda *_: True)
        fields.setdefault("parts", parts_text(request))
        stored = main.put(put_request(found.digest, content, namespace=namespace, **fields))
        assert "Stored" in stored
        return str(found.digest)

    return put


def ask() -> dict[str, Any]:
    """Build an AskRequest."""
    return {
        "namespace": None,
        "model": "tiny@r1:Q4_K_M",
        "messages": [{"role": "user", "content": "hello"}],
        "max_tokens": None,
        "temperature_micros": None,
        "top_p_micros": None,
        "seed": None,
        "stop": [],
        "response_format": None,
        "extra": None,
        "cache_control": None,
        "consensus": None,
    }
