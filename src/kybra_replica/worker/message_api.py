"""The part of `_kybra_ic` about the running message: who, what, when, and the reply."""

from __future__ import annotations

from typing import Any, NoReturn

from kybra_replica.candid.encode import encode
from kybra_replica.worker import prices, traps
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
        self._runtime.charge(prices.CALLER)
        return principal(self._runtime.now.caller)

    def id(self) -> Any:
        """This canister's own principal."""
        self._runtime.charge(prices.OWN_ID)
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
        """The called method's name; only in updates, queries and inspect_message."""
        if self._runtime.now.kind not in ("update", "query", "inspect"):
            self._runtime.violate("ic0_msg_method_name_size", "cannot be executed here")
        return self._runtime.now.name

    def arg_data_raw(self) -> bytes:
        """The argument's Candid bytes."""
        return self._runtime.now.arg

    def arg_data_raw_size(self) -> int:
        """The length of the argument's Candid bytes."""
        return len(self._runtime.now.arg)

    def accept_message(self) -> None:
        """Let an ingress message through; only in inspect_message, once."""
        if self._runtime.now.kind != "inspect":
            self._runtime.violate("ic0_accept_message", "can only be executed in inspect message")
        if self._runtime.now.inspected:
            self._runtime.violate("ic0.accept_message", "the function was already called.")
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
        self._answer("reply", encode(types, (value,) if types else (), interface.types))

    def reply_raw(self, data: bytes) -> None:
        """Answer the caller with Candid bytes made by hand."""
        self._answer("reply", bytes(data))

    def reject(self, text: str) -> None:
        """Answer the caller with a reject of code 4."""
        if self._runtime.now.kind == "inspect":
            self._runtime.violate("ic0_msg_reject", "cannot be executed in inspect message mode")
        self._answer("reject", text)

    def reject_code(self) -> dict[str, None]:
        """The last response's reject code, by name."""
        return {REJECTION_NAMES.get(self._reject()[0], "Unknown"): None}

    def reject_message(self) -> str:
        """The last response's reject text."""
        return str(self._reject()[1])

    def data_certificate(self) -> bytes | None:
        """The certificate of the certified data; None wherever the platform gives none."""
        return self._runtime.now.certificate

    def set_certified_data(self, data: bytes) -> None:
        """Set up to 32 bytes that a query may later prove."""
        self._runtime.need_update("ic0_certified_data_set")
        if len(data) > CERTIFIED_DATA_BYTES:
            self._runtime.violate("ic0_certified_data_set", "more than 32 bytes")
        self._runtime.charge(prices.CERTIFIED_DATA)
        self._runtime.now.certified_data = bytes(data)

    def performance_counter(self, kind: int) -> int:
        """An estimate of the instructions of this message (both counter types)."""
        del kind
        return self._runtime.now.instructions

    def _reject(self) -> tuple[int, str]:
        response = self._runtime.now.response
        if response is None:
            self._runtime.violate("ic0_msg_reject_code", "cannot be executed here")
        return (response[1], response[2]) if response[0] == "reject" else (0, "")

    def _answer(self, form: str, payload: Any) -> None:
        message = self._runtime.now
        if message.reply is not None or message.already_replied:
            self._runtime.violate("ic0.msg_reply_data_append", "the call is already replied.")
        message.reply = (form, payload)
