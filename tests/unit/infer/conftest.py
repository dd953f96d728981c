"""The infer canister under a stand-in for the platform, its calls driven by hand."""

import builtins
from collections.abc import Callable, Iterator
from typing import Any

import kybra
import pytest
from kybra import CallResult, Principal

from tests.unit import fresh_canister

SECOND = 1_000_000_000


def principal(name: str) -> str:
    """Make up the text of a principal."""
    return str(Principal.self_authenticating(name.encode()).to_str())


class TrapError(BaseException):
    """What `ic.trap` does: nothing in the canister catches it."""


class Platform:
    """The part of `_kybra_ic` that the infer canister uses; maps outlive an upgrade."""

    def __init__(self) -> None:
        """Start with an empty stable memory and a well filled balance."""
        self.maps: dict[int, dict[str, str]] = {0: {}, 1: {}, 2: {}}
        self.now_ns = 1_700_000_000 * SECOND
        self.caller_text = principal("owner")
        self.attached = 0
        self.accepted = 0
        self.balance = 10**13
        self.instructions = 1_000_000
        self.timers: list[tuple[int, Callable[[], Any]]] = []
        self.printed: list[str] = []

    def caller(self) -> Any:
        """Name the caller."""
        return kybra.Principal.from_str(self.caller_text)

    def id(self) -> Any:
        """Name the canister."""
        return kybra.Principal.from_str(principal("infer"))

    def time(self) -> int:
        """Tell the time."""
        return self.now_ns

    def performance_counter(self, kind: int) -> int:
        """Tell how much a message did."""
        assert kind == 0
        return self.instructions

    def canister_balance(self) -> int:
        """Tell the balance."""
        return self.balance

    def msg_cycles_available(self) -> int:
        """Tell what is attached."""
        return self.attached

    def msg_cycles_accept(self, cycles: int) -> int:
        """Move cycles from the call to the balance."""
        assert cycles <= self.attached
        self.attached -= cycles
        self.accepted += cycles
        self.balance += cycles
        return cycles

    def print(self, text: str) -> None:
        """Keep what is printed."""
        self.printed.append(text)

    def trap(self, text: str) -> None:
        """End the message."""
        raise TrapError(text)

    def set_timer_interval(self, seconds: int, callback: Callable[[], Any]) -> int:
        """Keep a timer."""
        self.timers.append((seconds, callback))
        return len(self.timers)

    def stable_b_tree_map_get(self, memory_id: int, key: str) -> str | None:
        """Read an entry."""
        return self.maps[memory_id].get(key)

    def stable_b_tree_map_insert(self, memory_id: int, key: str, value: str) -> str | None:
        """Write an entry."""
        before = self.maps[memory_id].get(key)
        self.maps[memory_id][key] = value
        return before

    def stable_b_tree_map_remove(self, memory_id: int, key: str) -> str | None:
        """Remove an entry."""
        return self.maps[memory_id].pop(key, None)

    def stable_b_tree_map_items(self, memory_id: int) -> list[tuple[str, str]]:
        """List a map."""
        return sorted(self.maps[memory_id].items())


class Infer:
    """An installed infer canister: `main` holds its endpoints, `platform` its surroundings."""

    def __init__(self, platform: Platform) -> None:
        """Install."""
        self.platform = platform
        self.main = fresh_canister.load("infer")
        self.main.init_infer()

    def upgrade(self) -> None:
        """Load the code anew over the same stable memory."""
        self.platform.timers.clear()
        self.main = fresh_canister.load("infer")
        self.main.reload_infer()

    def act_as(self, name: str, cycles: int = 0) -> Any:
        """Let the next messages come from `name` with so many cycles; return the endpoints."""
        self.platform.caller_text = principal(name)
        self.platform.attached = cycles
        return self.main

    def start(self, request: dict[str, Any]) -> tuple[Any, Any]:
        """Run `infer` to its await; return its generator, and the call or the result."""
        steps = self.main.infer(request)
        try:
            return steps, next(steps)
        except StopIteration as stop:
            return None, stop.value

    @staticmethod
    def finish(steps: Any, ok: Any = None, err: Any = None) -> Any:
        """Answer the await; return what `infer` returns."""
        with pytest.raises(StopIteration) as stop:
            steps.send(CallResult(ok, err))
        return stop.value.value


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """Stand in for the platform during one test."""
    stand_in = Platform()
    monkeypatch.setattr(builtins, "_kybra_ic", stand_in, raising=False)
    yield stand_in
    fresh_canister.forget("infer")


@pytest.fixture
def infer(platform: Platform) -> Infer:
    """Install the infer canister; the controller is "owner"."""
    return Infer(platform)


@pytest.fixture
def serving(infer: Infer) -> Infer:
    """Install one with the provider "local" of two shards and the writer "batcher"."""
    main = infer.act_as("owner")
    assert "Ok" in main.set_provider(provider_settings())
    assert "Ok" in main.allow_writer(principal("batcher"))
    return infer


def provider_settings(**changes: Any) -> dict[str, Any]:
    """Make a provider's settings, changed."""
    settings = {
        "name": "local",
        "url": "http://127.0.0.1:8080",
        "model": "smollm2@1:Q4_1",
        "remote_model": "smollm2",
        "mode": "non_replicated",
        "api_key": "sk-secret",
        "max_new_tokens": 64,
        "shard_ids": ["w0", "w1"],
        "form": "openai_chat",
        "template": "",
        "features": ["llama_cpp", "prefill"],
    }
    return settings | changes


@pytest.fixture
def settings_with() -> Callable[..., dict[str, Any]]:
    """Give tests `provider_settings`."""
    return provider_settings


@pytest.fixture
def principal_of() -> Callable[[str], str]:
    """Give tests `principal`."""
    return principal


@pytest.fixture
def request_with() -> Callable[..., dict[str, Any]]:
    """Give tests a maker of InferRequests."""

    def make(
        sample: int = 0,
        digest: str = "0" * 64,
        round_: dict[str, Any] | None = None,
        **changes: Any,
    ) -> dict[str, Any]:
        request = {
            "namespace": None,
            "model": "smollm2@1:Q4_1",
            "messages": [{"role": "user", "content": "Capital of France?"}],
            "max_tokens": None,
            "temperature_micros": 0,
            "top_p_micros": None,
            "seed": None,
            "stop": [],
            "response_format": None,
            "extra": None,
            "cache_control": None,
            "consensus": None,
        }
        inference = {"digest": digest, "sample": sample, "request": request | changes}
        return inference | {"provider": None, "transport": None, "so_far": ""} | (round_ or {})

    return make
