"""The batcher's own code over the caches' own code, and between them a network that a test drives.

A call stands in its cache's channel until the test delivers it, in order; a reply stands apart
until the test hands it back, in any order, or loses it, as a trap behind the yield does.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

from cache_core import fast_fetches, fast_puts, moving, puts, upkeep
from cache_core.certifying import purge
from tests.unit.batcher.batcher_stage import OWNER, Stage
from tests.unit.cache.memories import Memory
from tests.unit.fresh_canister import PRINCIPAL

if TYPE_CHECKING:
    from collections.abc import Callable

    from cache_core.answer_cache import AnswerCache
    from tests.unit.batcher.batcher_stage import Message

STEP_NS = 1_000_000


def cache_name(number: int) -> str:
    """Make up a cache's principal."""
    digest = hashlib.sha256(f"cache {number}".encode()).digest()
    return str(PRINCIPAL.self_authenticating(digest).to_str())


def everybody(_namespace: str) -> bool:
    """See all namespaces."""
    return True


class Node:
    """A cache's pure core over maps that outlive its heap."""

    def __init__(self) -> None:
        """Install it empty."""
        self.memory = Memory()
        self.cache: AnswerCache = self.memory.begin()

    def upgrade(self) -> None:
        """Lose the heap, and rebuild the index."""
        self.cache = self.memory.resume()
        while upkeep.work_step(self.cache):
            pass

    def call(self, method: str, args: list[Any], now_ns: int) -> Any:
        """Run one message, as the canister's endpoint does for a writer."""
        cache = self.cache
        endpoints: dict[str, Callable[..., Any]] = {
            "fetch_text": lambda tenant, digest, control: fast_fetches.fetch_text(
                cache, tenant, digest, everybody, now_ns, control
            ),
            "keep": lambda header, content: fast_puts.keep_text(cache, header, content, now_ns),
            "put": lambda request: puts.put(cache, request, now_ns),
            "remove": lambda digest: puts.remove(cache, digest, everybody),
            "remove_older": lambda digest, than_ns: {
                "Ok": str(moving.remove_older(cache, digest, than_ns))
            },
            "purge": lambda scope: purge(cache, scope),
            "move_out": lambda move, shards, own, target, done: moving.move_out(
                cache, (move, own, tuple(shards)), target, done
            ),
            "move_in": lambda rows, fence: moving.move_in(cache, rows, fence, now_ns),
            "profile": lambda: {"Profile": "{}"},
            "adopt": lambda _profile: (
                {"Refused": {"BadRequest": "not empty"}} if len(cache.index) else {"Ok": ""}
            ),
        }
        return endpoints[method](*args)

    def holds(self, digest: str) -> bool:
        """Tell whether an answer is stored here."""
        return self.cache.find(digest) is not None


class Call(NamedTuple):
    """A call under way to a cache, and who waits for it: a batcher's message, or a client."""

    waiter: Any
    cache: str
    method: str
    args: list[Any]


class World(Stage):
    """A stage whose calls travel, and whose timers are messages."""

    def __init__(self, caches: int) -> None:
        """Install caches, not yet the batcher."""
        super().__init__()
        self.nodes = {cache_name(number): Node() for number in range(caches)}
        self.channels: dict[str, list[Call]] = {name: [] for name in self.nodes}
        self.replies: list[tuple[Call, Any]] = []
        self.due: list[Any] = []
        self.answers = 0

    def set_timer(self, _seconds: int, function: Any) -> int:
        """Keep a timer that is due at once."""
        self.due.append(function)
        return len(self.due)

    def start(self, method: Any, *args: Any) -> Message:
        """Begin an update of the batcher's owner, or what a timer calls, and send what it calls."""
        message = self.message(method, *args, caller=OWNER)
        self.send(message)
        return message

    def send(self, message: Message) -> None:
        """Put the call that a message waits for under way; a model answers at once."""
        while message.waiting_for is not None and message.called == "InferService.infer_text":
            self.answers += 1
            message.answer(inference(f"text {self.answers}"))
        if message.waiting_for is not None:
            cache, method, *args = message.waiting_for.args
            name = cache.to_str()
            self.channels[name].append(Call(message, name, method.partition(".")[2], args))

    def fire(self) -> None:
        """Run the timer that is due first, as a message of its own."""
        self.start(self.due.pop(0))

    def deliver(self, name: str) -> None:
        """Run the first call that is under way to a cache."""
        call = self.channels[name].pop(0)
        reply = self.nodes[name].call(call.method, call.args, self.now_ns)
        self.replies.append((call, reply))

    def hand_back(self, number: int) -> None:
        """Give a reply to who waits for it."""
        call, reply = self.replies.pop(number)
        if hasattr(call.waiter, "waiting_for"):
            call.waiter.answer(reply)
            self.send(call.waiter)
        else:
            call.waiter.told(reply)

    def lose(self, number: int) -> None:
        """Trap at a reply: what was committed before the yield stands, nothing follows."""
        call, _ = self.replies[number]
        if hasattr(call.waiter, "waiting_for"):
            self.replies.pop(number)

    def upgrade_batcher(self) -> None:
        """Lose the batcher's heap, timers and replies; what was sent arrives all the same."""
        self.due, self.timers = [], []
        for calls in self.channels.values():
            calls[:] = [
                call._replace(waiter=Nobody()) if hasattr(call.waiter, "waiting_for") else call
                for call in calls
            ]
        self.replies = [one for one in self.replies if not hasattr(one[0].waiter, "waiting_for")]
        self.upgrade()

    def run(self) -> None:
        """Let everything happen that waits to, in order."""
        for _ in range(100_000):
            self.now_ns += STEP_NS
            name = next((name for name, calls in self.channels.items() if calls), None)
            if self.replies:
                self.hand_back(0)
            elif name is not None:
                self.deliver(name)
            elif self.due:
                self.fire()
            else:
                return
        raise AssertionError("it never ends")


class Nobody:
    """Who waits for a reply no more."""

    def told(self, _reply: Any) -> None:
        """Let it pass."""


def inference(content: str) -> dict[str, Any]:
    """Make infer's reply."""
    answer = {
        "content": content,
        "finish": "stop",
        "model": "smol@r1:q8_0",
        "trust": "single_node",
        "prompt_tokens": 4,
        "completion_tokens": 3,
        "dropped_messages": 0,
        "dropped_characters": 0,
        "created_at_ns": 3,
    }
    cost = {"outcalls": 1, "charged_cycles": 5_000}
    one = {"answer": answer, "provider": "local", "continues": "no", **cost}
    return {"Inferred": one}
