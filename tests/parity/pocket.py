"""What `pocket-ic` 3.1.2 has no method for, over the REST interface, by its own client object.

That is: submitting without waiting, awaiting, outcalls and their mocks, live mode, and time that
passes in rounds.
"""

from __future__ import annotations

import json
import time
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

import ic
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from tests.parity.reject_names import numbered
from tests.parity.transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pocket_ic import PocketIC

NS_PER_S = 1_000_000_000
MOST_ROUNDS = 100
SETTLING_ROUNDS = 5
"""Timers that are due may set others, and canisters that they wake may call each other."""
NODES = 13
LIVE_WAIT_S = 60
PATIENCE, PATIENCE_MS = "processing-timeout-ms", 300_000
"""How long the real server works on a request before it answers that it still does."""
LOOK_S = 0.05
BUSY = 409
WHEN_BUSY = Retry(
    total=200,
    status_forcelist=[BUSY],
    allowed_methods=None,
    backoff_factor=0.05,
    backoff_max=0.5,
    raise_on_status=False,
)
"""A live instance runs its rounds by itself, and takes nothing while it is at one."""


class CallRejectedError(Exception):
    """A call was rejected."""

    def __init__(self, error: dict[str, Any]) -> None:
        """Carry the reject's code, its text and the platform's error code."""
        super().__init__(f"{error['reject_code']}: {error['reject_message']}")
        self.code: int = error["reject_code"]
        self.message: str = error["reject_message"]
        self.error_code: int = error["error_code"]


class Pocket:
    """An instance, as its REST interface has it."""

    def __init__(self, pic: PocketIC) -> None:
        """Ask by the connection of `pic`."""
        self.pic = pic
        # Otherwise a long round answers 202 at once, and what is asked meanwhile gets a 409.
        pic.server.request_client.headers[PATIENCE] = str(PATIENCE_MS)
        pic.server.request_client.mount("http://", HTTPAdapter(max_retries=WHEN_BUSY))
        self.transcript = Transcript(self.balance, self.now_ns)
        self._sent: dict[str, tuple[str, str]] = {}

    def get(self, endpoint: str) -> Any:
        """Ask the instance."""
        return self.pic.server.instance_get(endpoint, self.pic.instance_id)

    def post(self, endpoint: str, body: dict[str, Any]) -> Any:
        """Tell the instance; ConnectionError with its text where it refuses."""
        return numbered(self.pic.server.instance_post(endpoint, self.pic.instance_id, body))

    # calls

    def submit(
        self,
        canister: ic.Principal,
        method: str,
        payload: bytes,
        sender: ic.Principal,
        effective: ic.Principal | None = None,
    ) -> Any:
        """Queue a call for the next round; its id. CallRejectedError where it is not taken."""
        body = call_body(canister, method, payload, sender, effective)
        result = self.post("update/submit_ingress_message", body)
        called = (canister.to_str(), method)
        if "Err" in result:
            self.transcript.rejected(*called, result["Err"])
        message = opened(result)
        self._sent[message_key(message)] = called
        return message

    def answer(self, message: Any, caller: ic.Principal | None = None) -> bytes | None:
        """How a message ended, None while it is under way; CallRejectedError for a reject."""
        principal = None if caller is None else {"principal_id": base64(caller.bytes)}
        body = {"raw_message_id": message, "raw_caller": principal}
        result = self.post("read/ingress_status", body)
        return None if result is None else self._heard(message, result)

    def finish(self, message: Any) -> bytes:
        """Run rounds until a message has ended; its reply."""
        for _ in range(MOST_ROUNDS):
            answer = self.answer(message)
            if answer is not None:
                return answer
            self.pic.tick()
        raise TimeoutError(f"no answer within {MOST_ROUNDS} rounds")

    def awaited(self, message: Any) -> bytes:
        """The same in one request."""
        return self._heard(message, self.post("update/await_ingress_message", message))

    def awaited_live(self, message: Any) -> bytes:
        """Wait for a message of an instance that runs its rounds by itself; its reply."""
        deadline = time.monotonic() + LIVE_WAIT_S
        while time.monotonic() < deadline:
            answer = self.answer(message)
            if answer is not None:
                return answer
            time.sleep(LOOK_S)
        raise TimeoutError(f"no answer within {LIVE_WAIT_S} s")

    def query(
        self, canister: ic.Principal, method: str, payload: bytes, sender: ic.Principal
    ) -> bytes:
        """Ask a canister; CallRejectedError for a reject."""
        body = call_body(canister, method, payload, sender, None)
        result = self.post("read/query", body)
        called = (canister.to_str(), method)
        if "Err" in result:
            self.transcript.rejected(*called, result["Err"], is_query=True)
        reply = b64decode(opened(result))
        self.transcript.replied(*called, reply, is_query=True)
        return reply

    def _heard(self, message: Any, result: dict[str, Any]) -> bytes:
        called = self._sent.pop(message_key(message), None)
        if called is not None and "Err" in result:
            self.transcript.rejected(*called, result["Err"])
        reply = b64decode(opened(result))
        if called is not None:
            self.transcript.replied(*called, reply)
        return reply

    def balance(self, canister: str) -> int:
        """A canister's cycles."""
        return int(self.pic.get_cycles_balance(ic.Principal.from_str(canister)))

    def canister_json(self, principal: ic.Principal) -> str:
        """A principal as the JSON has it."""
        return base64(principal.bytes)

    # time

    def now_ns(self) -> int:
        """The instance's time."""
        return int(self.pic.get_time()["nanos_since_epoch"])

    def advance(self, seconds: float) -> None:
        """Let time pass, and what it brings about happen."""
        self.pic.advance_time(int(seconds * NS_PER_S))
        self.settle()

    def settle(self) -> None:
        """Run some rounds."""
        for _ in range(SETTLING_ROUNDS):
            self.pic.tick()

    def live(self) -> None:
        """Let the instance follow the wall clock and make real outcalls."""
        self.post("auto_progress", {"artificial_delay_ms": 0})

    def still(self) -> None:
        """Let it stand still again."""
        self.post("stop_progress", {})

    # outcalls

    def outcalls(self) -> list[dict[str, Any]]:
        """The outcalls that wait for a response."""
        return list(self.get("read/get_canister_http"))

    def respond(self, outcall: dict[str, Any], *responses: dict[str, Any]) -> None:
        """Mock an outcall's response: one for all nodes, or one for each; then run a round."""
        first, *others = responses
        body = {
            "subnet_id": outcall["subnet_id"],
            "request_id": outcall["request_id"],
            "response": first,
            "additional_responses": others,
        }
        self.post("update/mock_canister_http", body)
        self.pic.tick()


def replied(
    body: str | bytes, status: int = 200, headers: Sequence[tuple[str, str]] = ()
) -> dict[str, Any]:
    """A mocked response."""
    raw = body.encode() if isinstance(body, str) else body
    named = [{"name": name, "value": value} for name, value in headers]
    return {"CanisterHttpReply": {"status": status, "headers": named, "body": base64(raw)}}


def rejected(code: int, message: str) -> dict[str, Any]:
    """A mocked failure of the outcall itself."""
    return {"CanisterHttpReject": {"reject_code": code, "message": message}}


def call_body(
    canister: ic.Principal,
    method: str,
    payload: bytes,
    sender: ic.Principal,
    effective: ic.Principal | None,
) -> dict[str, Any]:
    """A call as the interface takes it."""
    route: Any = "None" if effective is None else {"CanisterId": base64(effective.bytes)}
    return {
        "sender": base64(sender.bytes),
        "effective_principal": route,
        "canister_id": base64(canister.bytes),
        "method": method,
        "payload": base64(payload),
    }


def opened(result: dict[str, Any]) -> Any:
    """What is in an Ok; CallRejectedError for an Err."""
    if "Err" in result:
        raise CallRejectedError(result["Err"])
    return result["Ok"]


def message_key(message: Any) -> str:
    """What tells a message's id from others."""
    return json.dumps(message, sort_keys=True)


def base64(raw: bytes) -> str:
    """Bytes as the JSON has them."""
    return b64encode(raw).decode()
