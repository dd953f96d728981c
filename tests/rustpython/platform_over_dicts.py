"""A minimal `_kybra_ic` over dicts, and a canister's messages played on it one by one.

Nothing is rolled back and nothing is encoded: both are the embedded replica's work. Here only the
interpreter is in question.
"""

import builtins
import json
from typing import TYPE_CHECKING, Any

import kybra

from tests.unit import fresh_canister

if TYPE_CHECKING:
    from collections.abc import Callable

NANOSECONDS = 1_000_000_000
START_NS = 1_700_000_000 * NANOSECONDS
MOST_TIMERS = 64  # of one tick: who waits for later sets one anew, and here all are due

# Names of each entry's init and post_upgrade.
LIFECYCLE = {
    "cache": ("install", "resume"),
    "infer": ("init_infer", "reload_infer"),
    "batcher": ("init_", "post_upgrade_"),
}


def principal(name: str) -> str:
    """Make up the text of a principal."""
    return str(fresh_canister.PRINCIPAL.self_authenticating(name.encode()).to_str())


class Platform:
    """What the canisters use of `_kybra_ic`."""

    def __init__(self, name: str) -> None:
        """Start with empty maps and a well filled balance."""
        self.own_id = principal(name)
        self.maps: dict[int, dict[str, str]] = {}
        self.now_ns = START_NS
        self.balance = 10**14
        self.caller_text = ""
        self.attached = 0
        self.refunded = 0
        self.replied: Any = None
        self.printed: list[str] = []
        self.certified = b""
        self.due: list[Callable[[], Any]] = []
        self.intervals: list[Callable[[], Any]] = []

    def caller(self) -> Any:
        """Name the caller."""
        return kybra.Principal.from_str(self.caller_text)

    def id(self) -> Any:
        """Name the canister."""
        return kybra.Principal.from_str(self.own_id)

    def time(self) -> int:
        """Tell the time."""
        return self.now_ns

    def print(self, text: str) -> None:
        """Keep what is printed."""
        self.printed.append(text)

    def set_certified_data(self, root: bytes) -> None:
        """Keep a root."""
        self.certified = root

    def data_certificate(self) -> bytes:
        """Return what stands for a certificate: the root alone."""
        return self.certified

    def reply(self, _method: str, value: Any) -> None:
        """Keep the reply of a method that replies by hand."""
        self.replied = value

    def set_timer(self, _seconds: int, function: "Callable[[], Any]") -> int:
        """Keep a timer; all of the canisters' are due at once."""
        self.due.append(function)
        return len(self.due)

    def clear_timer(self, _number: int) -> None:
        """Keep it all the same: what a canister does when it comes is seen too."""

    def notify_BatcherService_take_up_wrapper(self, args: "list[Any]") -> "dict[str, Any]":  # noqa: N802 - Kybra's name
        """Keep what the batcher tells itself."""
        self.printed.append(f"take up {args[2]}")
        return {"Ok": None}

    def notify_raw(self, callee: Any, method: str, data: bytes, _cycles: int) -> "dict[str, Any]":
        """Keep what is pushed."""
        self.printed.append(f"push {callee.to_str()} {method} {data.hex()}")
        return {"Ok": None}

    def set_timer_interval(self, _seconds: int, function: "Callable[[], Any]") -> int:
        """Keep an interval."""
        self.intervals.append(function)
        return len(self.intervals)

    def performance_counter(self, _kind: int) -> int:
        """Tell the same of every message: interpreters differ in what they do."""
        return 1_000_000

    def canister_balance(self) -> int:
        """Tell the balance."""
        return self.balance

    def msg_cycles_available(self) -> int:
        """Tell what is attached and not accepted yet."""
        return self.attached

    def msg_cycles_accept(self, cycles: int) -> int:
        """Move cycles of the call to the balance."""
        taken = min(cycles, self.attached)
        self.attached -= taken
        self.balance += taken
        return taken

    def msg_cycles_refunded128(self) -> int:
        """Tell what came back from the last call."""
        return self.refunded

    canister_balance128 = canister_balance
    msg_cycles_available128 = msg_cycles_available
    msg_cycles_accept128 = msg_cycles_accept

    def stable_b_tree_map_get(self, number: int, key: str) -> "str | None":
        """Read an entry."""
        return self.maps.get(number, {}).get(key)

    def stable_b_tree_map_insert(self, number: int, key: str, value: str) -> "str | None":
        """Write an entry."""
        entries = self.maps.setdefault(number, {})
        former = entries.get(key)
        entries[key] = value
        return former

    def stable_b_tree_map_remove(self, number: int, key: str) -> "str | None":
        """Remove an entry."""
        return self.maps.get(number, {}).pop(key, None)

    def stable_b_tree_map_items(self, number: int) -> "list[tuple[str, str]]":
        """List a map."""
        return sorted(self.maps.get(number, {}).items())


class PlayedCanister:
    """A canister's entry module with its messages; what waits is known by its number."""

    def __init__(self, name: str) -> None:
        """Load the entry; `install` runs its init."""
        self._name = name
        self._platform = Platform(name)
        self._waiting: dict[int, Any] = {}
        self._main = self._loaded()

    def install(self, caller: str) -> None:
        """Run the init as the installer."""
        self._platform.caller_text = caller
        getattr(self._main, LIFECYCLE[self._name][0])()

    def upgrade(self) -> None:
        """Load the entry anew over the same maps, and run its post_upgrade."""
        self._platform.due.clear()
        self._platform.intervals.clear()
        self._waiting.clear()
        self._main = self._loaded()
        getattr(self._main, LIFECYCLE[self._name][1])()

    def message(self, caller: str, method: str, args: "list[Any]", cycles: int = 0) -> Any:
        """Run a method until it ends or waits."""
        self._enter(caller, cycles)
        outcome = getattr(self._main, method)(*args)
        if not hasattr(outcome, "send"):
            return {"replied": readable(outcome), "kept": self._platform.attached}
        return self._step(len(self._waiting), outcome, None)

    def answer(self, number: int, ok: Any, err: "str | None" = None, refunded: int = 0) -> Any:
        """Answer the call that a message waits for."""
        self._enter(self._platform.caller_text, 0)
        self._platform.refunded = refunded
        return self._step(number, self._waiting[number], kybra.CallResult(ok, err))

    def tick(self, seconds: int) -> "list[str]":
        """Let time pass and run all timers; return what was printed so far."""
        self._platform.now_ns += seconds * NANOSECONDS
        for interval in self._platform.intervals:
            interval()
        for _ in range(MOST_TIMERS):
            started = self._platform.due.pop(0)() if self._platform.due else None
            if hasattr(started, "send"):
                self._draw(started)
        return self._platform.printed

    def memory(self) -> "dict[int, dict[str, Any]]":
        """Return all stable maps, and the entries of each in the order of their writing.

        The fields of kybra-simple-db's rows, in map 0, are sorted: it writes them by a dict
        display with `**`, whose order RustPython does not keep, and reads them by name.
        """
        maps: dict[int, dict[str, Any]] = {**self._platform.maps}
        maps[0] = {key: _fields(text) for key, text in maps[0].items()}
        return maps

    def _enter(self, caller: str, cycles: int) -> None:
        builtins._kybra_ic = self._platform  # type: ignore[attr-defined]
        self._platform.caller_text = caller
        self._platform.attached = cycles
        self._platform.replied = None

    def _draw(self, started: Any) -> None:
        """Answer the one call that a timer waits for, raw_rand."""
        started.send(None)
        try:
            started.send(kybra.CallResult(bytes(range(32)), None))
        except StopIteration:
            return

    def _step(self, number: int, generator: Any, value: Any) -> Any:
        try:
            call = generator.send(value)
        except StopIteration as stop:
            replied = self._platform.replied if stop.value is None else stop.value
            return {"replied": readable(replied), "kept": self._platform.attached}
        self._waiting[number] = generator
        waits = readable([call.name, *call.args])
        return {"number": number, "waits": waits, "replied": readable(self._platform.replied)}

    def _loaded(self) -> Any:
        builtins._kybra_ic = self._platform  # type: ignore[attr-defined]
        return fresh_canister.load(self._name)


def _fields(text: str) -> Any:
    return sorted(json.loads(text).items()) if text.startswith("{") else text


def readable(value: Any) -> Any:
    """Copy a value with principals as text."""
    if hasattr(value, "to_str"):
        return {"principal": value.to_str()}
    if isinstance(value, (list, tuple)):
        return [readable(one) for one in value]
    if isinstance(value, dict):
        return {key: readable(one) for key, one in value.items()}
    return value
