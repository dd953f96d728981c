"""The batcher canister under plain Python: its maps, its messages, played by hand."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import kybra

from refrain_core.inference_texts import inference_of
from tests.rustpython.fast_replies import as_told, put_of
from tests.unit import fresh_canister
from tests.unit.batcher.dict_store import DictStore

CANISTER = Path(__file__).parents[3] / "canisters" / "batcher"
SECOND_NS = 1_000_000_000
START_NS = 1_700_000_000 * SECOND_NS
OWNER = "aaaaa-aa"
ITSELF = "rrkah-fqaaa-aaaaa-aaaaq-cai"
MODEL = "smol@r1:q8_0"


def _map_bounds() -> dict[int, tuple[int, int]]:
    bounds = {}
    for node in ast.walk(ast.parse((CANISTER / "batcher_maps.py").read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Subscript):
            sizes = {word.arg: ast.literal_eval(word.value) for word in node.keywords}
            bounds[sizes["memory_id"]] = (sizes["max_key_size"], sizes["max_value_size"])
    return bounds


class Message:
    """One update under way: who called with which cycles, what it waits for, what it answered."""

    def __init__(self, stage: Stage, method: Any, args: Any, context: dict[str, Any]) -> None:
        """Run the method, or what a timer calls, up to its first call."""
        self._stage = stage
        self._context = context
        self.accepted = 0
        self.waiting_for: Any = None
        self.done = False
        self.reply: Any = None
        stage.enter(self, context)
        outcome = (getattr(stage.canister, method) if isinstance(method, str) else method)(*args)
        if hasattr(outcome, "send"):
            self._generator = outcome
            self._step(None)
        else:
            self.done, self.reply = True, outcome

    @property
    def called(self) -> str:
        """The method that is waited for, such as "InferService.infer_text"."""
        return str(self.waiting_for.args[1])

    @property
    def asked(self) -> Any:
        """What the call that is waited for asks, as the typed form of its method takes it."""
        args = self.waiting_for.args[2:]
        if self.called.endswith(".infer_text"):
            return inference_of(*args[:5])
        return put_of(*args) if self.called.endswith(".keep") else args[0]

    @property
    def attached(self) -> int:
        """The cycles attached to the call that is waited for."""
        return int(self.waiting_for.args[-1])

    def answer(self, ok: Any = None, err: str | None = None, refunded: int = 0) -> Message:
        """Answer the call that is waited for, with the cycles that come back.

        What the cache's fast forms tell may be given as their typed forms tell it.
        """
        self._stage.refunded = refunded
        self._stage.enter(self, self._context)
        self._step(kybra.CallResult(as_told(self.called, ok), err))
        return self

    def accept(self, cycles: int) -> int:
        """Accept of the attached cycles what is left of them."""
        taken = min(cycles, self.available)
        self.accepted += taken
        self._stage.balance += taken
        return int(taken)

    @property
    def available(self) -> int:
        """The attached cycles not yet accepted."""
        return int(self._context["attached"]) - self.accepted

    def _step(self, value: Any) -> None:
        try:
            self.waiting_for = self._generator.send(value)
        except StopIteration as stop:
            self.done = True
            self.waiting_for = None
            self.reply = stop.value if stop.value is not None else self.reply


class Stage:
    """The canister's world: `_kybra_ic` and a clock, a balance, callers."""

    def __init__(self) -> None:
        """Stand empty; `install` and `upgrade` bring the canister in."""
        self.maps = {number: DictStore(sizes) for number, sizes in _map_bounds().items()}
        self.now_ns = START_NS
        self.balance = 10**13
        self.refunded = 0
        self.timers: list[tuple[int, Any]] = []
        self.alarms: list[tuple[int, Any]] = []
        self.printed: list[str] = []
        self.told: list[int] = []
        self.cleared: list[int] = []
        self.pushed: list[tuple[str, str, bytes]] = []
        self.is_crowded = False
        self.canister: Any = None
        self._message: Any = None
        self._caller = OWNER

    def install(self) -> None:
        """Load the canister and run its init."""
        self._load()
        self.canister.init_()

    def upgrade(self) -> None:
        """Load the canister anew over the same maps; its timers are lost."""
        self.alarms = []
        self._load()
        self.canister.post_upgrade_()

    def message(self, method: Any, *args: Any, caller: str = OWNER, attached: int = 0) -> Message:
        """Begin an update."""
        return Message(self, method, args, {"caller": caller, "attached": attached})

    def ask(self, method: str, *args: Any, caller: str = OWNER) -> Any:
        """Make a query, or an update that waits for nothing; return its reply."""
        message = self.message(method, *args, caller=caller)
        assert message.done
        return message.reply

    def connect(self, features: tuple[str, ...] = ()) -> None:
        """Wire the canister and tell it the model, with the features of its provider."""
        self.ask("connect", "rrkah-fqaaa-aaaaa-aaaaq-cai", "ryjl3-tyaaa-aaaaa-aaaba-cai")
        provider = {"model": MODEL, "features": list(features)}
        self.message("refresh_models").answer([MODEL]).answer([provider])

    def tick(self, seconds: int) -> None:
        """Let time pass and the timer run once."""
        self.now_ns += seconds * SECOND_NS
        self.timers[-1][1]()

    def wake(self, seconds: int) -> list[Message]:
        """Let time pass; return the messages of the timers that are due by then."""
        self.now_ns += seconds * SECOND_NS
        due = [one for one in self.alarms if one[0] <= self.now_ns]
        self.alarms = [one for one in self.alarms if one[0] > self.now_ns]
        context = {"caller": OWNER, "attached": 0}
        return [Message(self, function, (), context) for _, function in due]

    def take_up(self) -> list[Message]:
        """Let the canister hear what it told itself; return these messages."""
        told, self.told = self.told, []
        return [self.message("take_up", task, caller=ITSELF) for task in told]

    def enter(self, message: Message, context: dict[str, Any]) -> None:
        """Make `message` the one that runs."""
        self._message = message
        self._caller = context["caller"]

    def _load(self) -> None:
        self.canister = fresh_canister.load("batcher")

    # What Kybra's `ic` calls.

    def time(self) -> int:
        return self.now_ns

    def caller(self) -> kybra.Principal:
        return _Named(self._caller)  # type: ignore[return-value]

    def canister_balance128(self) -> int:
        return self.balance

    def msg_cycles_available128(self) -> int:
        return int(self._message.available)

    def msg_cycles_accept128(self, cycles: int) -> int:
        return int(self._message.accept(cycles))

    def msg_cycles_refunded128(self) -> int:
        return self.refunded

    def reply(self, _method: str, value: Any) -> None:
        self._message.reply = value

    def print(self, text: str) -> None:
        self.printed.append(text)

    def set_timer(self, seconds: int, function: Any) -> int:
        self.alarms.append((self.now_ns + seconds * SECOND_NS, function))
        return len(self.alarms)

    def clear_timer(self, number: int) -> None:
        self.cleared.append(number)

    def id(self) -> kybra.Principal:
        return _Named(ITSELF)  # type: ignore[return-value]

    def notify_BatcherService_take_up_wrapper(self, args: list[Any]) -> dict[str, Any]:  # noqa: N802
        self.told.append(args[2])
        return {"Ok": None}

    def notify_raw(self, callee: Any, method: str, data: bytes, _cycles: int) -> dict[str, Any]:
        if self.is_crowded:
            return {"Err": {"SysTransient": None}}
        self.pushed.append((callee.to_str(), method, data))
        return {"Ok": None}

    def set_timer_interval(self, seconds: int, function: Any) -> int:
        self.timers.append((seconds, function))
        return len(self.timers)

    def stable_b_tree_map_get(self, number: int, key: str) -> str | None:
        return self.maps[number].get(key)

    def stable_b_tree_map_insert(self, number: int, key: str, value: str) -> str | None:
        return self.maps[number].insert(key, value)

    def stable_b_tree_map_remove(self, number: int, key: str) -> str | None:
        return self.maps[number].remove(key)

    def stable_b_tree_map_items(self, number: int) -> list[tuple[str, str]]:
        return self.maps[number].items()


class _Named:
    """A caller that knows its text, which need not have a checksum."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text

    to_str = __str__
