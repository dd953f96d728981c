"""Fixtures of the batcher's tests: empty maps, the canister on its stage, requests and replies."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit import fresh_canister
from tests.unit.batcher import batcher_stage
from tests.unit.batcher.cancels import BOB
from tests.unit.batcher.dict_store import DictStore
from tests.unit.batcher.list_replies import MISS, prompts_of
from tests.unit.batcher.moving_askers import FIRST, INFER, Asking
from tests.unit.batcher.moving_world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.unit.batcher.batcher_stage import Message, Stage

MODEL = "smol@r1:q8_0"


@pytest.fixture
def store() -> DictStore:
    """Give one empty map."""
    return DictStore()


@pytest.fixture
def stores() -> Any:
    """Give as many empty maps as are asked for."""
    return lambda count: [DictStore() for _ in range(count)]


@pytest.fixture
def bare_stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Give a stage with the canister freshly installed and nothing else."""
    stage: Stage = batcher_stage.Stage()
    monkeypatch.setattr(builtins, "_kybra_ic", stage, raising=False)
    stage.install()
    yield stage
    stage.timers.clear()
    fresh_canister.forget("batcher")


@pytest.fixture
def stage(bare_stage: Stage) -> Stage:
    """Give a stage whose canister is connected and knows a model."""
    bare_stage.connect()
    return bare_stage


@pytest.fixture
def paying(stage: Stage) -> Stage:
    """Give a stage that lets `cancels.BOB` ask at his own expense."""
    stage.ask("allow_asker", {"caller": BOB, "sponsored": "no"})
    return stage


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
            "extra": None,
            "cache_control": None,
            "consensus": None,
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

    def make(continues: str = "no", **fields: Any) -> dict[str, Any]:
        inference = {"answer": {**answer, **fields}, "provider": "local", "continues": continues}
        return {"Inferred": {**inference, "outcalls": 1, "charged_cycles": 5_000}}

    return make


@pytest.fixture
def hit(answer: dict[str, Any]) -> Any:
    """Make the cache's reply to the lookup that a message waits for."""

    def make(message: Message) -> dict[str, Any]:
        digest = message.waiting_for.args[3]
        cached = {"answer": answer, "digest": digest, "age_s": 7, "key": "", "namespace": ""}
        return {"Hit": {**cached, "expires_in_s": 9}}

    return make


@pytest.fixture
def stored(answer: dict[str, Any]) -> Any:
    """Make the cache's reply of a stored answer, under one of its arms."""

    def make(arm: str, message: Message, ttl_s: int = -5) -> dict[str, Any]:
        digest = message.waiting_for.args[3]
        cached = {"answer": answer, "digest": digest, "age_s": 65, "key": "00ff", "namespace": ""}
        return {arm: {**cached, "expires_in_s": ttl_s}}

    return make


@pytest.fixture
def asked(stage: Stage, request_for: Any) -> Any:
    """Begin an ask with directives."""

    def begin(directives: str, method: str = "ask", **more: Any) -> Message:
        return stage.message(method, request_for(cache_control=directives), **more)

    return begin


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Provide three caches, of which the batcher knows one."""
    made = World(3)
    # Pages of a few answers, so that a move is many steps.
    monkeypatch.setattr("cache_core.moving.MOST_RECORDS", 3)
    monkeypatch.setattr("cache_core.moving.LOOKED_AT_PER_STEP", 7)
    monkeypatch.setattr(builtins, "_kybra_ic", made, raising=False)
    made.install()
    made.ask("connect", FIRST, INFER)
    made.message("refresh_models").answer([MODEL]).answer([{"model": MODEL, "features": []}])
    yield made
    made.timers.clear()
    fresh_canister.forget("batcher")


@pytest.fixture
def asking(world: World, request_for: Callable[..., dict[str, Any]]) -> Asking:
    """Provide askers."""
    return Asking(world, request_for)


@pytest.fixture
def said(inferred: Any) -> Any:
    """Make infer's reply of one round's text, which goes on unless it is the last."""

    def make(text: str, finish: str = "budget", tokens: int = 256) -> dict[str, Any]:
        continues = "yes" if finish == "budget" else "no"
        made: dict[str, Any] = inferred(
            continues, content=text, finish=finish, completion_tokens=tokens
        )
        return made

    return make


@pytest.fixture
def listing(bare_stage: Stage) -> Stage:
    """Give a stage whose provider takes lists."""
    bare_stage.connect(("lists",))
    return bare_stage


@pytest.fixture
def submitted(listing: Stage, request_for: Any) -> Any:
    """Submit prompts that the cache does not have; return their tickets."""

    def submit(*prompts: str, **context: Any) -> list[int]:
        messages = [listing.message("submit", request_for(one), **context) for one in prompts]
        for message in messages:
            message.answer(MISS)
        return [message.reply["Ticket"]["ticket"] for message in messages]

    return submit


@pytest.fixture
def many(answer: dict[str, Any]) -> Any:
    """Make infer's reply to the list that a message waits for: each prompt, in capitals."""

    def make(message: Message, price: int = 0) -> dict[str, Any]:
        items = []
        for place, asked in enumerate(prompts_of(message)):
            inference = {"answer": {**answer, "content": asked.upper()}, "provider": "p"}
            cost = {"outcalls": int(place == 0), "charged_cycles": price}
            items.append({"Inferred": inference | cost})
        total = price * len(items)
        return {"Many": {"items": items, "outcalls": 1, "charged_cycles": total}}

    return make
