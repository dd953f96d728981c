"""The three canisters on an embedded replica, wired as the daemon wires them.

Its clock stands still and its model answers what a test says, when the test says it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kybra_replica.kernel.principals import text_of
from kybra_replica.kernel.replica import Replica
from kybra_replica.program.load import load_program
from refrain.daemon.deployment import Deployment, ModelEndpoint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kybra_replica.gateway.commands import Mode
    from kybra_replica.outcalls.expectation import Expectation
    from kybra_replica.outcalls.mocks import StrictMocks
    from kybra_replica.program.interface import Program

MODEL = "tiny@r1:Q4_K_M"
PROVIDER_URL = "https://model.example"
API_KEY = "sk-made-up"


def principal(name: str) -> str:
    """Make up the principal of somebody who signs."""
    return text_of(hashlib.sha224(name.encode()).digest() + b"\x02")


OPERATOR = principal("operator")
STRANGER = principal("stranger")


@lru_cache
def program_at(entry: Path, roots: tuple[Path, ...]) -> Program:
    """Load a checked program once for all tests."""
    return load_program(entry, roots)


def chat_reply(text: str, finish: str | None = "stop", tokens: tuple[int, int] = (5, 7)) -> str:
    """Write a reply of OpenAI's chat completions; `tokens` are of prompt and completion."""
    return json.dumps(
        {
            "id": "chatcmpl-1",
            "choices": [{"message": {"content": text}, "finish_reason": finish}],
            "usage": {"prompt_tokens": tokens[0], "completion_tokens": tokens[1]},
        },
        ensure_ascii=False,
    )


def request(prompt: str, **fields: Any) -> dict[str, Any]:
    """Make an AskRequest of one user message; `fields` replace its others."""
    plain: dict[str, Any] = {
        "namespace": None,
        "model": MODEL,
        "messages": [{"role": "user", "content": prompt}],
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
    return {**plain, **fields}


class Network:
    """The replica, its mocked outcalls, and the canisters by their names."""

    def __init__(self, mocks: StrictMocks, known_ids: Path, state: Path | None = None) -> None:
        """Make or find the canisters; the ids are kept at `known_ids`, the state in `state`."""
        self.mocks = mocks
        self.replica = Replica(state=state, outcalls=mocks)
        deployment = Deployment(Carrier(self.replica), OPERATOR, lambda _text: None)
        self.ids = deployment.settle(known_ids)
        deployment.wire(self.ids, ModelEndpoint(MODEL, PROVIDER_URL, API_KEY))

    # the model

    def answer_model(
        self,
        text: str,
        finish: str | None = "stop",
        *,
        contains: str | None = None,
        times: int | None = None,
    ) -> Expectation:
        """Expect one outcall (or `times`) and answer it so, once `release` lets it through."""
        expected = self.mocks.expect(contains=contains, times=times)
        return expected.respond(200, chat_reply(text, finish))

    def release(self) -> None:
        """Let every reply that waits through, and run."""
        self.replica.run()
        while self.mocks.pending:
            self.mocks.release()
            self.replica.run()

    def let_arrive(self) -> None:
        """Queue the replies that wait as messages, without running any."""
        self.mocks.release()
        while not self.replica.inbox.empty():
            self.replica.inbox.get()()

    @property
    def outcalls(self) -> int:
        """Count the outcalls so far."""
        return self.mocks.http_requests

    # asking

    def ask(self, prompt: str, *, sender: str = OPERATOR, **fields: Any) -> Any:
        """Ask and let the model answer at once; an AskResult."""
        number = self.begin("ask", request(prompt, **fields), sender=sender)
        self.release()
        return self.replica.reply(number)

    def answered(self, prompt: str, *, sender: str = OPERATOR, **fields: Any) -> Any:
        """Ask, and return the Answered that must come."""
        return self.ask(prompt, sender=sender, **fields)["Answered"]

    def submit(self, prompt: str, *, sender: str = OPERATOR, **fields: Any) -> Any:
        """Submit, and run until the flight waits for the model; a SubmitResult."""
        number = self.begin("submit", request(prompt, **fields), sender=sender)
        self.replica.run()
        return self.replica.reply(number)

    def result(self, ticket: dict[str, Any], *, sender: str = OPERATOR) -> Any:
        """Read a ticket; a TicketState."""
        return self.query("batcher", "result", ticket["ticket"], sender=sender)

    def begin(self, method: str, *args: Any, sender: str = OPERATOR) -> int:
        """Queue a call of the batcher without running it; its number."""
        return self.replica.submit(self.ids["batcher"], method, *args, sender=sender)

    # any method

    def query(self, name: str, method: str, *args: Any, sender: str = OPERATOR) -> Any:
        """Query a canister by its name."""
        return self.replica.query(self.ids[name], method, *args, sender=sender)

    def update(self, name: str, method: str, *args: Any, sender: str = OPERATOR) -> Any:
        """Update a canister by its name, letting the model answer at once."""
        number = self.replica.submit(self.ids[name], method, *args, sender=sender)
        self.release()
        return self.replica.reply(number)

    def counters(self, name: str) -> Any:
        """Read a canister's counts."""
        return self.query(name, "counters")

    def configure(self, name: str, **changes: Any) -> None:
        """Change some settings of the batcher or the cache."""
        settings = self.query(name, "settings")
        assert "Ok" in self.update(name, "configure", {**settings, **changes})

    def allow(self, caller: str, *, sponsored: str = "yes") -> None:
        """Let somebody ask."""
        asker = {"caller": caller, "sponsored": sponsored}
        assert "Ok" in self.update("batcher", "allow_asker", asker)

    # life

    def install(self, name: str, mode: Mode) -> None:
        """Install a canister's present program over it: "upgrade" or "reinstall"."""
        canister = self.replica.canister(self.ids[name])
        assert canister.program is not None
        self.replica.install(self.ids[name], canister.program, mode=mode, sender=OPERATOR)

    def upgrade(self, name: str) -> None:
        """Stop, drain, upgrade and start; with nothing in flight."""
        self.replica.stop(self.ids[name])
        self.install(name, "upgrade")
        self.replica.start(self.ids[name])

    def close(self) -> None:
        """End the replica."""
        self.replica.close()


class Carrier:
    """Carries a deployment's commands to a replica of the same process."""

    def __init__(self, replica: Replica) -> None:
        """Carry them to `replica`."""
        self._replica = replica

    def query(self, canister: str, method: str, args: Sequence[Any], sender: str) -> Any:
        return self._replica.query(canister, method, *args, sender=sender)

    def update(self, canister: str, method: str, args: Sequence[Any], sender: str) -> Any:
        return self._replica.update(canister, method, *args, sender=sender)

    def create_canister(self, *, controller: str, cycles: int) -> str:
        return self._replica.create_canister(controller=controller, cycles=cycles)

    def install(  # noqa: PLR0913 - the fields of one command
        self,
        canister: str,
        *,
        name: str,  # noqa: ARG002 - the program bears its folder's name
        entry: Path,
        roots: Sequence[Path],
        mode: Mode,
        sender: str,
        args: Sequence[Any] = (),
    ) -> None:
        program = program_at(entry, tuple(roots))
        self._replica.install(canister, program, mode=mode, sender=sender, args=args)

    def stop(self, canister: str) -> None:
        self._replica.stop(canister)

    def start(self, canister: str) -> None:
        self._replica.start(canister)

    def status(self, canister: str) -> dict[str, Any]:
        return asdict(self._replica.status(canister))

    def canister_ids(self) -> list[str]:
        return [canister.text for canister in self._replica.kernel.canisters.values()]

    def traffic(self) -> dict[str, Any]:
        return self._replica.traffic()
