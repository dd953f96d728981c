"""The three canisters against a server on loopback, by the port that makes real requests."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from kybra_replica.kernel.rejects import Rejected
from kybra_replica.kernel.replica import Replica
from kybra_replica.outcalls.http_port import HttpOutcalls
from refrain.daemon.deployment import Deployment, ModelEndpoint, provider_settings
from tests.system.faults.cycle_books import all_cycles
from tests.system.faults.lies import PATIENCE_S
from tests.system.network import MODEL, OPERATOR, STRANGER, Carrier, request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

API_KEY = "sk-0123456789-never-to-be-seen"
WAIT_S = 20.0


class Facts(NamedTuple):
    """What must be as it was once an ask is over; failures: those that the cache still has."""

    answers: int
    flights_open: int
    leases_held: int
    cycles: int
    failures: int


class ServedNetwork:
    """A network whose provider is a real server; everything that it says is kept in `heard`."""

    def __init__(  # noqa: PLR0913 - each is named where it is given
        self,
        known_ids: Path,
        url: str,
        *,
        state: Path | None = None,
        model: str = MODEL,
        request_timeout_s: float = PATIENCE_S,
        nodes: int = 13,
        **provider: Any,
    ) -> None:
        """Make or find the canisters; `provider` replaces fields of the provider's settings."""
        self.heard: list[str] = []
        self._wait_s = request_timeout_s + WAIT_S
        self._port = HttpOutcalls(request_timeout_s=request_timeout_s)
        self.replica = Replica(state=state, outcalls=self._port, nodes=nodes)
        deployment = Deployment(Carrier(self.replica), OPERATOR, self.heard.append)
        self.endpoint = ModelEndpoint(model, url, API_KEY)
        self.ids = deployment.settle(known_ids)
        deployment.wire(self.ids, self.endpoint)
        if provider:
            self.set_provider(**provider)

    def set_provider(self, **changes: Any) -> None:
        """Replace the provider, with some of its settings changed."""
        settings = {**provider_settings(self.endpoint), **changes}
        assert "Ok" in self.update("infer", "set_provider", settings)

    @contextmanager
    def patience(self, seconds: float) -> Iterator[None]:
        """Give a request so long, in place of the platform's 30 s, while the block lasts."""
        before = self._port._request_timeout_s
        self._port._request_timeout_s = seconds
        yield
        self._port._request_timeout_s = before

    def ask(self, prompt: str, *, sender: str = OPERATOR, **fields: Any) -> Any:
        """Ask and wait for what comes of it; an AskResult."""
        return self.update("batcher", "ask", self.request(prompt, **fields), sender=sender)

    def request(self, prompt: str, **fields: Any) -> dict[str, Any]:
        """Make an AskRequest to this network's model."""
        return request(prompt, model=self.endpoint.model, **fields)

    def submit(self, prompt: str, *, sender: str = OPERATOR, **fields: Any) -> Any:
        """Submit, and wait until its work is done; the Ticket."""
        number = self.begin("batcher", "submit", self.request(prompt, **fields), sender=sender)
        ticket = self.finish(number)["Ticket"]
        assert self.replica.run_until(lambda: not self.replica.desk.pending, self._wait_s)
        return ticket

    def update(self, name: str, method: str, *args: Any, sender: str = OPERATOR) -> Any:
        """Update a canister by its name; Rejected where it was."""
        number = self.begin(name, method, *args, sender=sender)
        return self.finish(number)

    def begin(self, name: str, method: str, *args: Any, sender: str = OPERATOR) -> int:
        """Queue an update without running it; its number."""
        return self.replica.submit(self.ids[name], method, *args, sender=sender)

    def finish(self, number: int) -> Any:
        """Run until a call is answered; its reply."""
        assert self.replica.run_until(lambda: self.replica.answer(number) is not None, self._wait_s)
        self.heard.append(repr(self.replica.answer(number)))
        try:
            reply = self.replica.reply(number)
        except Rejected as reject:
            self.heard.append(str(reject))
            raise
        self.heard.append(json.dumps(reply))
        return reply

    def query(self, name: str, method: str, *args: Any, sender: str = OPERATOR) -> Any:
        """Query a canister by its name."""
        reply = self.replica.query(self.ids[name], method, *args, sender=sender)
        self.heard.append(json.dumps(reply))
        return reply

    def facts(self) -> Facts:
        """Look at what an ask must leave as it was."""
        kinds = [row["kind"] for row in self.stored()]
        return Facts(
            kinds.count("answer"),
            self.query("batcher", "counters")["flights_open"],
            self.query("infer", "counters")["leases_held"],
            all_cycles(self.replica),
            kinds.count("failure"),
        )

    def stored(self) -> list[dict[str, Any]]:
        """List all that the cache holds, answers and failures."""
        rows: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.query("cache", "list_answers", "", cursor, 100)["Listed"]
            rows += page["rows"]
            cursor = page["next"]
            if not cursor:
                return rows

    def let_failures_end(self) -> None:
        """Let so much time pass that no failure is remembered any more."""
        self.replica.advance(self.query("batcher", "settings")["negative_ttl_s"])

    def everything_said(self) -> str:
        """Return all replies so far, every log, status and public view."""
        for name, canister in self.ids.items():
            self.heard.append(repr(self.replica.status(canister)))
            self.query(name, "counters")
        for sender in (OPERATOR, STRANGER):
            self.query("infer", "providers", sender=sender)
            self.query("infer", "writers", sender=sender)
            self.query("infer", "models", sender=sender)
        return "\n".join(self.heard)

    def close(self) -> None:
        """End the replica and its requests."""
        self.replica.close()
