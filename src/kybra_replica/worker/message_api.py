"""The part of `_kybra_ic` about the running message: who, what, when, and the reply."""

from __future__ import annotations

from typing import Any, NoReturn

from kybra_replica.candid.encode import encode
from kybra_replica.metering import prices
from kybra_replica.metering.candid_prices import reply_price
from kybra_replica.metering.sized_prices import METER
from kybra_replica.worker import traps
from kybra_replica.worker.runtime import Runtime, principal

CERTIFIED_DATA_BYTES = 32
REJECTION_NAMES = {
    0: "NoError",
    1: "SysFatal",
    2: "SysTransient",
    3: "DestinationInvalid",
    4: "CanisterReject",
    5: "CanisterError",
}


class MessageApi:
    """Caller, time, argument bytes, prints, traps, replies, certified data."""

    _runtime: Runtime

    def caller(self) -> Any:
        """Who sent the message (after an await: the one who was called)."""
        return principal(self._runtime.now.caller)

    def id(self) -> Any:
        """This canister's own principal."""
        return principal(self._runtime.canister_id)

    def time(self) -> int:
        """Nanoseconds since 1970, the same during one message."""
        self._runtime.charge(prices.TIME)
        return self._runtime.now.time_ns

    def print(self, text: str) -> None:
        """Write to the canister's log."""
        self._runtime.charge(prices.PRINT)
        self._runtime.now.prints.append(str(text))

    def trap(self, message: str) -> NoReturn:
        """End the message; nothing catches this."""
        self._runtime.trap(traps.explicit(message))

    def method_name(self) -> str:
        """The called method's name; only in inspect_message."""
        self._only_if(self._runtime.now.kind == "inspect", "ic0_msg_method_name_size")
        return self._runtime.now.name

    def arg_data_raw(self) -> bytes:
        """The argument's Candid bytes."""
        raw_bytes = len(self._runtime.now.arg)
        self._runtime.charge(prices.RAW_ARGUMENT + prices.RAW_ARGUMENT_BYTE * raw_bytes)
        return self._runtime.now.arg

    def arg_data_raw_size(self) -> int:
        """The length of the argument's Candid bytes."""
        return len(self._runtime.now.arg)

    def accept_message(self) -> None:
        """Let an ingress message through; only in inspect_message, once."""
        self._only_if(self._runtime.now.kind == "inspect", "ic0_accept_message")
        if self._runtime.now.inspected:
            self._runtime.violate("ic0.accept_message: the function was already called.")
        self._runtime.now.inspected = True

    def reply(self, method: str, value: Any) -> None:
        """Answer the caller now, by the method's declared type; only in Manual methods."""
        interface = self._runtime.program.interface
        declared = interface.methods.get(method)
        if declared is None or not declared.is_manual:
            raise SystemError(  # the class and text that Kybra raises
                f'attempted to reply from "{method}", '
                "but it does not appear to be a canister method"
            )
        types = () if declared.returns is None else (declared.returns,)
        reply = encode(types, (value,) if types else (), interface.types)
        if declared.returns is not None:
            price = reply_price(declared.returns, value, interface.types, len(reply))
            self._runtime.charge(price)
        self._runtime.answer("reply", reply)

    def reply_raw(self, data: bytes) -> None:
        """Answer the caller with Candid bytes made by hand."""
        self._runtime.charge(prices.RAW_BYTE_OUT * len(data))
        self._runtime.answer("reply", bytes(data))

    def reject(self, text: str) -> None:
        """Answer the caller with a reject of code 4."""
        if self._runtime.now.kind == "inspect":
            self._runtime.need_update("ic0_msg_reject")
        self._runtime.answer("reject", text)

    def reject_code(self) -> dict[str, None]:
        """The last response's reject code, by name."""
        return {REJECTION_NAMES.get(self._reject()[0], "Unknown"): None}

    def reject_message(self) -> str:
        """The last response's reject text."""
        return str(self._reject()[1])

    def data_certificate(self) -> bytes | None:
        """The certificate of the certified data; None wherever the platform gives none."""
        if not self._runtime.now.is_certifiable:
            return None
        self._runtime.charge(prices.DATA_CERTIFICATE)
        certificate: bytes = self._runtime.ask("certificate")
        return certificate

    def set_certified_data(self, data: bytes) -> None:
        """Set up to 32 bytes that a query may later prove."""
        self._runtime.need_update("ic0_certified_data_set")
        if len(data) > CERTIFIED_DATA_BYTES:
            self._runtime.violate("ic0_certified_data_set: more than 32 bytes")
        self._runtime.charge(prices.CERTIFIED_DATA)
        self._runtime.now.certified_data = bytes(data)

    def performance_counter(self, kind: int) -> int:
        """An estimate of this message's instructions (0), or of its whole call's so far (1)."""
        self._runtime.charge(prices.COUNTER)
        return METER.spent + (self._runtime.now.earlier_instructions if kind else 0)

    def _reject(self) -> tuple[int, str]:
        response = self._runtime.now.response
        self._only_if(response is not None, "ic0_msg_reject_code")
        return (response[1], response[2]) if response and response[0] == "reject" else (0, "")

    def _only_if(self, allowed: bool, call: str) -> None:  # noqa: FBT001 (a condition)
        if not allowed:
            kind = self._runtime.now.kind
            self._runtime.violate(f'"{call}" cannot be executed in {kind} mode')
