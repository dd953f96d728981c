"""Calls that a canister makes: typed arguments out, typed results back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra import CallResult, Principal

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.errors import CandidDecodeError
from kybra_replica.candid.principals import principal_bytes
from kybra_replica.metering import prices, principal_prices
from kybra_replica.metering.candid_prices import price_in, price_out
from kybra_replica.worker.message_context import HELD_CYCLES_PER_CALL

if TYPE_CHECKING:
    from kybra_replica.program.interface import ServiceMethod
    from kybra_replica.worker.runtime import Runtime, Task

MANAGEMENT = b""
MAX_OUTSTANDING_MANAGEMENT_CALLS = 500
COULD_NOT_SEND = "Rejection code 2, Couldn't send message"


class OutgoingCalls:
    """Turns kybra's AsyncInfo into calls, and responses into kybra's CallResult."""

    def __init__(self, runtime: Runtime) -> None:
        """Send on behalf of `runtime`."""
        self._runtime = runtime
        self._awaited: dict[int, ServiceMethod | None] = {}

    def call(self, info: Any, task: Task) -> CallResult[Any] | None:
        """Send a call and suspend `task`; a result at once when it can't be sent."""
        name, args = info.name, info.args
        if name in ("call_raw", "call_raw128"):
            callee, method, arg, cycles = args
            self._runtime.charge(prices.RAW_BYTE_OUT * len(arg))
            declared = None
        else:
            callee, declared, method, arg, cycles = self._typed(name, args)
        callback = self._send(self._callee(callee), method, arg, int(cycles), awaited=True)
        if callback is None:
            return CallResult(None, COULD_NOT_SEND)
        self._awaited[callback] = declared
        self._runtime.suspended[callback] = task
        return None

    def notify(self, callee: Any, method: str, arg: bytes, cycles: int) -> dict[str, Any]:
        """Send without waiting for an answer; kybra's NotifyResult."""
        sent = self._send(self._callee(callee), method, arg, int(cycles), awaited=False)
        return {"Ok": None} if sent is not None else {"Err": {"SysTransient": None}}

    def notify_typed(self, args: list[Any], *, with_cycles: bool) -> dict[str, Any]:
        """A notify through a Service stub: [principal, "Service.method", *args(, cycles)]."""
        name = "call_with_payment" if with_cycles else "call"
        callee, _, method, arg, cycles = self._typed(name, args)
        return self.notify(callee, method, arg, cycles)

    def result(self, callback_id: int, response: tuple[Any, ...]) -> CallResult[Any]:
        """Kybra's CallResult of a response: ("ok", bytes) or ("reject", code, text)."""
        declared = self._awaited.pop(callback_id, None)
        if response[0] == "reject":
            return CallResult(None, f"Rejection code {response[1]}, {response[2]}")
        data: bytes = response[1]
        if declared is None:
            self._runtime.charge(prices.RAW_BYTE_IN * len(data))
            return CallResult(data, None)
        return self._decoded(declared, data)

    def _decoded(self, declared: ServiceMethod, data: bytes) -> CallResult[Any]:
        types = () if declared.returns is None else (declared.returns,)
        try:
            values = decode(data, types, self._runtime.program.interface.types)
        except CandidDecodeError as error:
            text = f"Rejection code 5, failed to decode canister response as {types}: {error}"
            return CallResult(None, text)
        self._runtime.charge(price_in(types, values, self._runtime.program.interface.types))
        return CallResult(values[0] if values else None, None)

    def _typed(self, name: str, args: list[Any]) -> tuple[Any, ServiceMethod, str, bytes, int]:
        paid = name in ("call_with_payment", "call_with_payment128")
        callee, qualname, *values = args
        cycles = values.pop() if paid else 0
        interface = self._runtime.program.interface
        declared = interface.service_methods[qualname]
        data = encode(declared.args, values, interface.types)
        self._runtime.charge(price_out(declared.args, values, interface.types))
        return callee, declared, declared.name, data, cycles

    def _callee(self, callee: Any) -> bytes:
        """Convert whom a call is for; a canister's own object counts its `to_str` itself."""
        if type(callee) is Principal:
            self._runtime.charge(principal_prices.written(len(callee.bytes)))
        return principal_bytes(callee)

    def _send(
        self, callee: bytes, method: str, arg: bytes, cycles: int, *, awaited: bool
    ) -> int | None:
        runtime, message = self._runtime, self._runtime.now
        runtime.need_update("ic0_call_new")
        runtime.charge(prices.CALL if awaited else prices.NOTIFY)
        if cycles > message.free_cycles:
            runtime.trap(f"Canister {runtime.canister_text} is out of cycles", code="IC0504")
        if not self._affordable(callee, cycles):
            return None
        callback = runtime.next_callback
        runtime.next_callback += 1
        message.sent_cycles += cycles
        message.calls.append((callback, callee, method, arg, cycles, awaited))
        return callback

    def _affordable(self, callee: bytes, cycles: int) -> bool:
        message = self._runtime.now
        to_management = sum(1 for call in message.calls if call[1] == MANAGEMENT)
        outstanding = message.outstanding_management_calls + to_management
        full = callee == MANAGEMENT and outstanding >= MAX_OUTSTANDING_MANAGEMENT_CALLS
        return message.free_cycles >= cycles + HELD_CYCLES_PER_CALL and not full
