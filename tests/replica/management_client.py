"""Calls to the management canister, as users and as a canister make them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from kybra import Principal

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.model import Record
from kybra_replica.kernel import ingress
from kybra_replica.kernel.messages import Answer, IngressOrigin, Request
from kybra_replica.kernel.principals import ANONYMOUS, bytes_of, text_of
from kybra_replica.kernel.rejects import Reject, refused
from kybra_replica.management.shapes import NO_NAMES
from kybra_replica.management.signatures import SIGNATURES

if TYPE_CHECKING:
    from kybra_replica.kernel.replica import Replica

ALICE, BOB = (text_of(name.ljust(28, b".") + b"\2") for name in (b"alice", b"bob"))
NO_SETTINGS = dict.fromkeys(
    (
        "controllers", "compute_allocation", "memory_allocation", "freezing_threshold",
        "reserved_cycles_limit", "minimum_incoming_canister_call_cycles", "log_visibility",
        "log_memory_limit", "snapshot_visibility", "status_visibility", "wasm_memory_limit",
        "wasm_memory_threshold", "environment_variables",
    )
)  # fmt: skip


def principal(text: str) -> Principal:
    """A principal as Candid values have it."""
    return Principal(bytes_of(text))


def argument(method: str, /, **values: Any) -> bytes:
    """The Candid of a call; texts of canisters become principals, what is left out is null."""
    of = SIGNATURES[method].arg
    if of is None:
        return encode((), (), NO_NAMES)
    assert isinstance(of, Record)
    names = [field.name for field in of.fields]
    assert set(values) <= set(names), f"{method} takes {names}"
    value: dict[str, Any] = {name: values.get(name) for name in names}
    for name in ("canister_id", "target_canister", "store_canister", "specified_id"):
        if isinstance(value.get(name), str):
            value[name] = principal(value[name])
    return encode((of,), (value,), NO_NAMES)


class Users:
    """Calls as users make them: queued, run, answered."""

    def __init__(self, replica: Replica) -> None:
        """Call `replica`."""
        self.replica = replica

    def begin(self, method: str, sender: str = ANONYMOUS, /, **values: Any) -> int:
        """Queue a call; its number."""
        return self.begin_raw(method, argument(method, **values), sender)

    def begin_raw(self, method: str, arg: bytes, sender: str = ANONYMOUS) -> int:
        """Queue a call with bytes; its number."""
        number = ingress.receive(self.replica.kernel.store, b"", method)
        origin = IngressOrigin(number, lambda _answer: None)
        self.replica.kernel.queue.append(Request(origin, bytes_of(sender), b"", method, arg))
        return number

    def call(self, method: str, sender: str = ANONYMOUS, /, **values: Any) -> Any:
        """Call, run, decode; Rejected where there is no reply."""
        number = self.begin(method, sender, **values)
        self.replica.run()
        return decoded(method, self.replica.answer(number))

    def call_raw(self, method: str, arg: bytes, sender: str = ANONYMOUS) -> Answer | None:
        """Call with bytes, and run."""
        number = self.begin_raw(method, arg, sender)
        self.replica.run()
        return self.replica.answer(number)

    def ask(self, method: str, sender: str = ANONYMOUS, /, **values: Any) -> Any:
        """Query; Rejected where there is no reply."""
        answer = self.replica.management.query(method, argument(method, **values), sender)
        return decoded(method, answer)


def decoded(method: str, answer: Answer | None) -> Any:
    """A reply's value; Rejected for a reject."""
    assert answer is not None, f"{method} has no answer yet"
    if isinstance(answer, Reject):
        raise refused(answer)
    result = SIGNATURES[method].result
    values = decode(answer, () if result is None else (result,), NO_NAMES)
    return values[0] if values else None


class Told(NamedTuple):
    """What a canister was answered."""

    value: Any
    error: str
    refunded: int


class Steward:
    """Calls as a canister makes them."""

    def __init__(self, replica: Replica, canister: str) -> None:
        """Let the toy `canister` call."""
        self.replica = replica
        self.canister = canister

    def call(self, method: str, cycles: int = 0, /, **values: Any) -> Told:
        """Call; the answer and what came back of the cycles."""
        arg = argument(method, **values)
        text = self.replica.update(self.canister, "ask", method, arg, cycles)
        found = re.fullmatch(r"(Ok|Err) (.*) refunded (\d+)", text, re.DOTALL)
        assert found, text
        form, payload, refunded = found.groups()
        if form == "Err":
            return Told(None, payload, int(refunded))
        return Told(decoded(method, bytes.fromhex(payload)), "", int(refunded))
