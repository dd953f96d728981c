"""Runs one message in the canister's heap; whatever goes wrong ends in a trap."""

from __future__ import annotations

import builtins
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import kybra

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.errors import CandidDecodeError
from kybra_replica.metering import library_prices, prices, tuple_prices
from kybra_replica.metering.candid_prices import price_in, reply_price
from kybra_replica.metering.sized_prices import METER
from kybra_replica.worker import determinism, rustpython_gaps, traps
from kybra_replica.worker.bundle_import import BundleFinder
from kybra_replica.worker.driver import Driver
from kybra_replica.worker.outgoing import OutgoingCalls
from kybra_replica.worker.system_api import SystemApi

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.candid.model import CandidType
    from kybra_replica.program.interface import Method
    from kybra_replica.worker.runtime import Runtime


class Execution:
    """The beats of each kind of message."""

    def __init__(self, runtime: Runtime) -> None:
        """Run messages of `runtime`."""
        self._runtime = runtime
        self._outgoing = OutgoingCalls(runtime)
        self._driver = Driver(runtime, self._outgoing)
        self._beats: dict[str, Callable[[], None]] = {
            "install": self._install,
            "update": self._method,
            "query": self._method,
            "inspect": self._inspect,
            "callback": self._callback,
            "timer": self._timer,
            "pre_upgrade": self._pre_upgrade,
        }
        self._running_method = ""

    def run(self) -> None:
        """Run the current message to its end or its next await; traps end the process."""
        self._runtime.charge(ENTRIES.get(self._runtime.now.kind, prices.ENTRY))
        try:
            self._beats[self._runtime.now.kind]()
            METER.check()
        except BaseException as error:  # noqa: BLE001 (whatever a canister raises is a trap)
            self._runtime.trap(traps.of_exception(error))

    def _install(self) -> None:
        self._load()
        method = self._runtime.program.interface.lifecycle.get(self._runtime.now.name)
        if method is not None:
            # Without parameters the platform's library does not look at the argument at all.
            self._complete(method, self._arguments(method) if method.args else [])

    def _load(self) -> None:
        runtime = self._runtime
        determinism.install(lambda: runtime.now.time_ns)
        rustpython_gaps.remove()
        library_prices.install()
        tuple_prices.install()
        vars(builtins)["_kybra_ic"] = SystemApi(runtime, self._outgoing)
        vars(kybra)["get_first_called_function_name"] = lambda: self._running_method
        sys.meta_path.insert(0, BundleFinder(runtime.code))
        exec(f"from {runtime.program.entry} import *", runtime.scope)  # noqa: S102 (as Kybra enters)

    def _complete(self, method: Method, arguments: list[Any]) -> None:
        result = self._runtime.scope[method.name](*arguments)
        if result is not None:
            raise TypeError(f"expected NoneType but received {type(result).__name__}")

    def _pre_upgrade(self) -> None:
        method = self._runtime.program.interface.lifecycle.get("pre_upgrade")
        if method is not None:
            self._complete(method, [])

    def _inspect(self) -> None:
        self._complete(self._runtime.program.interface.lifecycle["inspect_message"], [])

    def _method(self) -> None:
        self._reseed()
        method = self._runtime.program.interface.methods[self._runtime.now.name]
        if method.guard is not None and not self._guarded(method.guard):
            return
        self._running_method = method.name
        arguments = self._arguments(method)
        result = self._runtime.scope[method.name](*arguments)
        self._finish(method.name, *self._driver.start(result, method.name))

    def _reseed(self) -> None:
        if self._runtime.now.kind != "update":
            return
        self._runtime.updates_run += 1
        second_update = 2
        if self._runtime.updates_run == second_update:
            determinism.reseed(self._runtime.seed)

    def _guarded(self, guard: str) -> bool:
        try:
            verdict = checked_verdict(self._runtime.scope[guard]())
        except Exception as error:  # noqa: BLE001 (Kybra rejects with whatever a guard raises)
            verdict = {"Err": f"{type(error).__name__}: {error}"}
        if "Ok" in verdict:
            return True
        self._runtime.now.reply = ("reject", str(verdict.get("Err")))
        return False

    def _arguments(self, method: Method) -> list[Any]:
        types = self._runtime.program.interface.types
        try:
            arguments = decode(self._runtime.now.arg, method.args, types)
        except CandidDecodeError as error:
            text = f"failed to decode call arguments: Custom({error})"
            self._runtime.trap(traps.explicit(text))
        self._runtime.charge(price_in(method.args, arguments, types))
        return arguments

    def _finish(self, name: str | None, complete: bool, value: Any) -> None:  # noqa: FBT001 (a driver's pair)
        if not complete or name is None:
            return
        method = self._runtime.program.interface.methods[name]
        if method.is_manual:
            return
        reply = self._encoded(method.returns, value)
        self._runtime.answer("reply", reply)

    def _encoded(self, returns: CandidType | None, value: Any) -> bytes:
        types = self._runtime.program.interface.types
        if returns is not None:
            reply = encode((returns,), (value,), types)
            self._runtime.charge(reply_price(returns, value, types, len(reply)))
            return reply
        if value is not None:
            raise TypeError(f"expected NoneType but received {type(value).__name__}")
        return encode((), (), types)

    def _callback(self) -> None:
        message = self._runtime.now
        task = self._runtime.suspended.pop(message.callback_id)
        self._running_method = task.method or ""
        assert message.response is not None  # noqa: S101 (the kernel sends one with each callback)
        try:
            result = self._outgoing.result(message.callback_id, message.response)
            finished = self._driver.resume(task, result)
        except Exception:
            if task.method is not None:
                raise
            return  # a timer's generator: Kybra drops its error and commits what it did
        self._finish(task.method, *finished)

    def _timer(self) -> None:
        timer_id = int(self._runtime.now.name)
        callback, repeats = self._runtime.timers[timer_id]
        if not repeats:
            del self._runtime.timers[timer_id]
        result = callback()
        with suppress(Exception):  # Kybra drops a timer generator's error and commits
            self._driver.start(result, None)


ENTRIES = {"callback": prices.CALLBACK, "install": prices.BOOT}
"""What entering the canister costs, where it is not as for a query."""


def checked_verdict(verdict: Any) -> dict[str, Any]:
    """A guard's verdict; TypeError, as Kybra raises it, for anything that is no variant."""
    if not isinstance(verdict, dict):
        raise TypeError(f"expected Result but received {type(verdict).__name__}")
    return verdict
