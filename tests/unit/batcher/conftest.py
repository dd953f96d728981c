"""Fixtures of the batcher's tests: empty maps, the canister on its stage, requests and replies."""

from __future__ import annotations

import builtins
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.batcher.batcher_stage import DictStore, Message, Stage

MODEL = "smol@r1:q8_0"


def _stage_module() -> Any:
    # Tests are no package, so that their neighbours cannot be imported by name.
    path = Path(__file__).with_name("batcher_stage.py")
    spec = importlib.util.spec_from_file_location("batcher_stage", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["batcher_stage"] = module
    spec.loader.exec_module(module)
    return module


_STAGE = _stage_module()


@pytest.fixture
def store() -> DictStore:
    """Give one empty map."""
    made: DictStore = _STAGE.DictStore()
    return made


@pytest.fixture
def stores() -> Any:
    """Give as many empty maps as are asked for."""
    return lambda count: [_STAGE.DictStore() for _ in range(count)]


@pytest.fixture
def bare_stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Give a stage with the canister freshly installed and nothing else."""
    stage: Stage = _STAGE.Stage()
    monkeypatch.setattr(builtins, "_kybra_ic", stage, raising=False)
    stage.install()
    yield stage
    stage.timers.clear()


@pytest.fixture
def stage(bare_stage: Stage) -> Stage:
    """Give a stage whose canister is connected and knows a model."""
    bare_stage.connect()
    return bare_stage


@pytest.fixture
def request_for() -> Any:
    """Make a request of a prompt, with fields replaced."""

    def make(prompt: str = "why?", **fields: Any) -> dict[str, Any]:
        request: dict[str, Any] = {
            "namespace": None,
            "model": "smol",
            "messages": [{"role": "user", "content": prompt}],
            "max_tokens": 64,
            "temperature_micros": 0,
            "top_p_micros": None,
            "seed": None,
            "stop": [],
            "response_format": None,
        }
        request.update(fields)
        return request

    return make


@pytest.fixture
def answer() -> dict[str, Any]:
    """Give a model's whole answer."""
    return {
        "content": "because | of\nthat",
        "finish": "stop",
        "model": MODEL,
        "trust": "single_node",
        "prompt_tokens": 4,
        "completion_tokens": 3,
        "dropped_messages": 0,
        "dropped_characters": 0,
        "created_at_ns": 1_700_000_000_000_000_000,
    }


@pytest.fixture
def inferred(answer: dict[str, Any]) -> Any:
    """Make infer's reply of an answer."""

    def make(**fields: Any) -> dict[str, Any]:
        return {
            "Inferred": {"answer": {**answer, **fields}, "outcalls": 1, "charged_cycles": 5_000}
        }

    return make


@pytest.fixture
def hit(answer: dict[str, Any]) -> Any:
    """Make the cache's reply to the lookup that a message waits for."""

    def make(message: Message) -> dict[str, Any]:
        digest = message.waiting_for.args[3]
        cached = {"answer": answer, "digest": digest, "age_s": 7, "key": "", "namespace": ""}
        return {"Hit": {**cached, "expires_in_s": 9}}

    return make
