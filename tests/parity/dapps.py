"""The three canisters as a dapp sees them, on an instance of whatever runtime it is."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import ic

from tests.parity.candid_interface import interface_at
from tests.parity.management import Management
from tests.parity.pocket import replied
from tests.parity.runtimes import CANISTERS, ROOT

if TYPE_CHECKING:
    from tests.parity.pocket import Pocket
    from tests.parity.runtimes import Runtime

MODEL = "tiny@r1:Q4_K_M"
PROVIDER_URL = "https://model.example"


def principal(name: str) -> ic.Principal:
    """Make up the principal of somebody who signs."""
    return ic.Principal(hashlib.sha224(name.encode()).digest() + b"\x02")


OPERATOR = principal("operator")
STRANGER = principal("stranger")


def request(prompt: str, **fields: Any) -> dict[str, Any]:
    """Make an AskRequest of one user message; `fields` replace its others."""
    plain: dict[str, Any] = {
        "namespace": [],
        "model": MODEL,
        "messages": [{"role": "user", "content": prompt}],
        "max_tokens": [],
        "temperature_micros": [],
        "top_p_micros": [],
        "seed": [],
        "stop": [],
        "response_format": [],
        "extra": [],
        "cache_control": [],
        "consensus": [],
    }
    return {**plain, **fields}


def chat_reply(text: str, finish: str = "stop", completion_id: str = "chatcmpl-1") -> str:
    """Write a reply of OpenAI's chat completions."""
    return json.dumps(
        {
            "id": completion_id,
            "choices": [{"message": {"content": text}, "finish_reason": finish}],
            "usage": {"prompt_tokens": 5, "completion_tokens": 7},
        }
    )


class Dapps:
    """Deploys the canisters, wires them, and calls them by their names."""

    def __init__(self, pocket: Pocket, runtime: Runtime) -> None:
        """Create, install and wire all three."""
        self.pocket = pocket
        self.runtime = runtime
        self.management = Management(pocket, OPERATOR)
        self.ids = {name: self.management.create() for name in CANISTERS}
        for name, canister in self.ids.items():
            self.management.install(canister, runtime.module(name))
        for name, canister in self.ids.items():
            pocket.transcript.learn(name, canister)
            pocket.transcript.understand(name, self._interface(name))
        self._wire()
        pocket.transcript.begin()

    def _wire(self) -> None:
        batcher = self.ids["batcher"].to_str()
        self.command("cache", "allow_writer", batcher)
        self.command("infer", "allow_writer", batcher)
        self.set_provider()
        self.command("batcher", "connect", self.ids["cache"].to_str(), self.ids["infer"].to_str())
        self.command("batcher", "refresh_models")
        self.allow(OPERATOR)

    def set_provider(self, mode: str = "non_replicated", url: str = PROVIDER_URL) -> None:
        """State the one provider; `mode` says whether one node asks it, or all."""
        settings = {
            "name": "local",
            "url": url,
            "model": MODEL,
            "remote_model": "tiny",
            "mode": mode,
            "api_key": ["sk-made-up"],
            "max_new_tokens": 512,
            "shard_ids": ["a", "b"],
            "form": "openai_chat",
            "template": "",
            "features": [],
        }
        self.command("infer", "set_provider", settings)

    def allow(self, caller: ic.Principal, sponsored: str = "yes") -> None:
        """Let somebody ask."""
        asker = {"caller": caller.to_str(), "sponsored": sponsored}
        self.command("batcher", "allow_asker", asker)

    # any method

    def submit(self, name: str, method: str, *args: Any, sender: ic.Principal = OPERATOR) -> Any:
        """Queue a call for the next round; its id."""
        payload = self._interface(name).arguments(method, *args)
        return self.pocket.submit(self.ids[name], method, payload, sender)

    def end(self, name: str, method: str, message: Any) -> Any:
        """Run until a call has ended; its reply."""
        return self._interface(name).reply(method, self.pocket.finish(message))

    def update(self, name: str, method: str, *args: Any, sender: ic.Principal = OPERATOR) -> Any:
        """Call and run until it has ended; its reply."""
        return self.end(name, method, self.submit(name, method, *args, sender=sender))

    def query(self, name: str, method: str, *args: Any, sender: ic.Principal = OPERATOR) -> Any:
        """Ask; the reply."""
        interface = self._interface(name)
        payload = interface.arguments(method, *args)
        reply = self.pocket.query(self.ids[name], method, payload, sender)
        return interface.reply(method, reply)

    def command(self, name: str, method: str, *args: Any) -> None:
        """Call, as the operator, what must say Ok."""
        done = self.update(name, method, *args)
        assert "Ok" in done, done

    def configure(self, name: str, **changes: Any) -> None:
        """Change some settings of the batcher or the cache."""
        settings = self.query(name, "settings")
        self.command(name, "configure", {**settings, **changes})

    def _interface(self, name: str) -> Any:
        return interface_at(ROOT / "canisters" / name / f"{name}.did")

    # asking

    def begin_ask(self, prompt: str, *, sender: ic.Principal = OPERATOR, **fields: Any) -> Any:
        """Ask, and run until the flight waits for the model or the answer is there; its id."""
        message = self.submit("batcher", "ask", request(prompt, **fields), sender=sender)
        self.pocket.settle()
        return message

    def asked(self, message: Any) -> Any:
        """The AskResult of a begun ask."""
        return self.end("batcher", "ask", message)

    def ask(
        self,
        prompt: str,
        *responses: dict[str, Any],
        sender: ic.Principal = OPERATOR,
        **fields: Any,
    ) -> Any:
        """Ask, mock the one outcall by `responses`, and return the AskResult.

        Without responses no outcall is expected.
        """
        message = self.begin_ask(prompt, sender=sender, **fields)
        outcalls = self.pocket.outcalls()
        assert len(outcalls) == bool(responses), outcalls
        for outcall in outcalls:
            self.pocket.respond(outcall, *responses)
        return self.asked(message)

    def asked_live(self, prompt: str) -> Any:
        """The AskResult of an ask on an instance in live mode."""
        message = self.submit("batcher", "ask", request(prompt))
        reply = self.pocket.awaited_live(message)
        return self._interface("batcher").reply("ask", reply)

    def answered(self, prompt: str, text: str | None = None, **fields: Any) -> Any:
        """The Answered of an ask; `text` is the model's answer, None expects that none is asked."""
        responses = [] if text is None else [replied(chat_reply(text))]
        return self.ask(prompt, *responses, **fields)["Answered"]

    def ask_joining(self, prompt: str) -> Any:
        """The ticket of an ask that joins a flight."""
        return self.asked(self.begin_ask(prompt))["Joined"]

    def result(self, ticket: dict[str, Any], *, sender: ic.Principal = OPERATOR) -> Any:
        """Read a ticket; a TicketState."""
        return self.query("batcher", "result", ticket["ticket"], sender=sender)

    def counters(self, name: str) -> Any:
        """Read a canister's counts."""
        return self.query(name, "counters")

    # life

    def upgrade(self, name: str) -> None:
        """Stop, upgrade to the same module, start."""
        canister = self.ids[name]
        self.management.stop(canister)
        self.management.install(canister, self.runtime.module(name), "upgrade")
        self.management.start(canister)

    def cycles(self, name: str) -> int:
        """A canister's balance."""
        return int(self.pocket.pic.get_cycles_balance(self.ids[name]))
