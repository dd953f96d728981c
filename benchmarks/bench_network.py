"""The three canisters on an embedded replica, wired as `refrain up` wires them; a mocked model.

Prompts have 1,000 characters and answers 2,000, as in the prices measured on a real runtime.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kybra_replica.kernel import timer_wheel
from kybra_replica.kernel.principals import text_of
from kybra_replica.kernel.replica import Replica
from kybra_replica.outcalls.mocks import StrictMocks
from kybra_replica.program.load import load_program
from refrain.client.ask_request import AskOptions, ask_request
from refrain.daemon.deployment import INITIAL_CYCLES, ModelEndpoint, provider_settings
from refrain.sources import CANISTERS, bundle_roots, canister_entry

if TYPE_CHECKING:
    from pathlib import Path

    from kybra_replica.program.interface import Program

MODEL = "tiny@r1:Q4_K_M"
ENDPOINT = ModelEndpoint(MODEL, "https://model.example")
OPERATOR = text_of(hashlib.sha224(b"operator").digest() + b"\x02")
PROMPT_CHARACTERS = 1_000
ANSWER = "answer ".ljust(2_000, "a")
ROOMY = {"max_entries": 20_000, "max_bytes": 128_000_000}


@lru_cache
def canister_program(name: str) -> Program:
    """A canister's checked program, loaded once."""
    return load_program(canister_entry(name), bundle_roots())


def prompt(number: int) -> str:
    """The `number`-th prompt; no two are alike."""
    return f"prompt {number} ".ljust(PROMPT_CHARACTERS, "p")


def request(number: int) -> dict[str, Any]:
    """The AskRequest of the `number`-th prompt."""
    return ask_request(AskOptions(prompt(number), MODEL, max_tokens=512, temperature_micros=0))


def put_request(number: int, namespace: str) -> dict[str, Any]:
    """The PutRequest of an answer under a digest of its own, as the batcher makes them."""
    answer = {
        "content": ANSWER,
        "finish": "stop",
        "model": MODEL,
        "trust": "single_node",
        "prompt_tokens": 250,
        "completion_tokens": 500,
        "dropped_messages": 0,
        "dropped_characters": 0,
        "created_at_ns": 0,
    }
    digest = hashlib.sha256(f"filler {number}".encode()).hexdigest()
    return {
        "digest": digest,
        "namespace": namespace,
        "answer": answer,
        "ttl_s": None,
        "cache_control": "",
        "sample": 0,
        "parts": "",
        "voters": [],
        "cost_cycles": 0,
        "cost_ms": 0,
    }


def model_reply() -> str:
    """The model server's reply, in the form of OpenAI's chat completions."""
    choice = {"message": {"content": ANSWER}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 250, "completion_tokens": 500}
    return json.dumps({"choices": [choice], "usage": usage})


class BenchNetwork:
    """A replica with the three canisters; its clock stands still."""

    def __init__(self, state: Path | None = None) -> None:
        """Install and wire; `state` is a folder, or None to keep nothing."""
        self.mocks = StrictMocks()
        self.replica = Replica(state=state, outcalls=self.mocks)
        self.ids = {name: self._install(name) for name in CANISTERS}
        self._wire()
        self._filled = 0

    def _install(self, name: str) -> str:
        canister = self.replica.create_canister(controller=OPERATOR, cycles=INITIAL_CYCLES)
        self.replica.install(canister, canister_program(name), sender=OPERATOR)
        return canister

    def _wire(self) -> None:
        for writer in (self.ids["batcher"], OPERATOR):
            self.update("cache", "allow_writer", writer)
        self.update("infer", "allow_writer", self.ids["batcher"])
        self.update("infer", "set_provider", provider_settings(ENDPOINT))
        self.update("batcher", "connect", self.ids["cache"], self.ids["infer"])
        self.update("batcher", "refresh_models")
        self.update("batcher", "allow_asker", {"caller": OPERATOR, "sponsored": "yes"})
        self.configure_cache(**ROOMY)

    # calls

    def query(self, name: str, method: str, *args: Any) -> Any:
        """Query a canister by its name."""
        return self.replica.query(self.ids[name], method, *args, sender=OPERATOR)

    def update(self, name: str, method: str, *args: Any) -> Any:
        """Update a canister by its name."""
        return self.replica.update(self.ids[name], method, *args, sender=OPERATOR)

    def begin_ask(self, number: int) -> int:
        """Queue an ask and run until it waits for the model; the call's number."""
        call = self.replica.submit(self.ids["batcher"], "ask", request(number), sender=OPERATOR)
        self.replica.run()
        return call

    def release(self) -> None:
        """Let the model answer what it was asked."""
        self.mocks.release()
        self.replica.run()

    def ask(self, number: int) -> str:
        """Ask, expecting a hit; how it was served."""
        return str(self.replica.reply(self.begin_ask(number))["Answered"]["cache_status"])

    def ask_model(self, number: int) -> str:
        """Ask, expecting a miss that the model answers; how it was served."""
        self.expect_outcall()
        call = self.begin_ask(number)
        self.release()
        return str(self.replica.reply(call)["Answered"]["cache_status"])

    def expect_outcall(self) -> None:
        """Expect one outcall, to be answered at `release`."""
        self.mocks.expect(method="post").respond(200, model_reply())

    def put(self, number: int) -> Any:
        """Put an answer of its own digest straight into the cache."""
        return self.update("cache", "put", put_request(number, OPERATOR))["Stored"]

    # the cache

    def configure_cache(self, **changes: int) -> None:
        """Change some of the cache's bounds, and let it settle."""
        settings = {**self.query("cache", "settings"), **changes}
        self.update("cache", "configure", settings)
        self.replica.run()

    def entries(self) -> int:
        """How many answers the cache has."""
        return int(self.query("cache", "counters")["entries"])

    def fill(self, entries: int) -> None:
        """Put answers until the cache has that many."""
        for _ in range(entries - self.entries()):
            self._filled += 1
            self.put(self._filled)

    def upgrade_cache(self) -> None:
        """Upgrade the cache, and run its rebuild to the end."""
        self.replica.install(
            self.ids["cache"], canister_program("cache"), mode="upgrade", sender=OPERATOR
        )
        while (timer_wheel.next_due_ns(self.replica.kernel) or 0) <= self.replica.clock.now_ns():
            self.replica.run()

    def close(self) -> None:
        """End the replica."""
        self.replica.close()
