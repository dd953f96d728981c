"""The books over any interleaving of submits, joins, cancels, replies, upgrades and time."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit import fresh_canister
from tests.unit.batcher.batcher_stage import Message, Stage
from tests.unit.batcher.list_replies import prompts_of

if TYPE_CHECKING:
    import pytest

ASKERS = ("w7x7r-cok77-xa", "rrkah-fqaaa-aaaaa-aaaaq-cai")
PLENTY = 10**14
MISS = {"Miss": "never stored"}
STORED = {"Stored": {"key": "k", "evicted": 0}}
THINGS = ["submit", "vote", "cancel", "cancel", "answer", "answer", "upgrade", "wait"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(THINGS),
        st.integers(0, 1),
        st.integers(0, 5),
    ),
    max_size=40,
)


class Play:
    """A batcher and its askers, who do what a schedule says."""

    def __init__(self, request_for: Any, inferred: Any) -> None:
        """Begin with an empty canister whose provider takes lists."""
        self.request_for, self.inferred = request_for, inferred
        self.stage = Stage()
        builtins._kybra_ic = self.stage  # type: ignore[attr-defined]  # as the fixture does
        self.stage.install()
        self.stage.connect(("lists",))
        for asker in ASKERS:
            self.stage.ask("allow_asker", {"caller": asker, "sponsored": "no"})
        self.messages: list[Message] = []
        self.tickets: list[tuple[str, int]] = []
        self.ends: dict[int, Any] = {}

    def take(self, step: tuple[str, int, int]) -> None:
        """Let one thing happen."""
        what, asker, number = step
        getattr(self, f"_{what}")(ASKERS[asker], number)
        self.messages += self.stage.take_up()
        self.messages = [one for one in self.messages if not one.done]

    def _submit(self, asker: str, number: int) -> None:
        self._send(asker, self.request_for(f"p{number % 3}"))

    def _vote(self, asker: str, number: int) -> None:
        policy = {"votes": 3, "quorum": 2, "strategy": "exact", "spread": "seeds", "among": []}
        policy |= {"tie_rule": None, "stop_permille": None, "weights": "equal"}
        asked = self.request_for(f"p{number % 2}", seed=1, temperature_micros=9, consensus=policy)
        self._send(asker, asked)

    def _send(self, asker: str, asked: dict[str, Any]) -> None:
        message = self.stage.message("submit", asked, caller=asker, attached=PLENTY)
        if "Ticket" in message.reply:
            self.tickets.append((asker, message.reply["Ticket"]["ticket"]))
            self.messages.append(message)

    def _cancel(self, _asker: str, number: int) -> None:
        if self.tickets:
            owner, ticket = self.tickets[number % len(self.tickets)]
            self.stage.ask("cancel", ticket, caller=owner)

    def _answer(self, _asker: str, number: int) -> None:
        if not self.messages:
            return
        message = self.messages[number % len(self.messages)]
        if message.called == "CacheService.fetch_text":
            message.answer(MISS)
        elif message.called == "CacheService.put":
            message.answer(STORED)
        elif message.called == "InferService.infer_many":
            items = [self.inferred() for _ in prompts_of(message)]
            many = {"Many": {"items": items, "outcalls": 1, "charged_cycles": 0}}
            message.answer(many, refunded=message.attached - 9_000)
        else:
            message.answer(self.inferred(), refunded=message.attached - 9_000)

    def _upgrade(self, _asker: str, _number: int) -> None:
        self.stage.told = []
        self.messages = []
        self.stage.upgrade()

    def _wait(self, _asker: str, number: int) -> None:
        if number == 5:
            self.stage.tick(125)
        self.messages += self.stage.wake(number)

    def look(self) -> None:
        """Check the books, and that a ticket that has its end keeps it."""
        for asker in ASKERS:
            account = self.stage.ask("account", caller=asker)
            assert account["charged"] == sum(account.values()) - account["charged"]
            assert min(account.values()) >= 0
        for asker, ticket in self.tickets:
            state = self.stage.ask("result", ticket, caller=asker)
            ((end, shown),) = state.items()
            if end != "Pending":
                shown = shown if end != "Settled" else shown["answer"]["content"]
                shown = shown if end != "Consistent" else shown["answered"]["answer"]["content"]
                assert self.ends.setdefault(ticket, (end, shown)) == (end, shown)

    def finish(self) -> None:
        """Answer all that is out, and let every lease and hold end."""
        for _ in range(200):
            self.messages += self.stage.take_up() + self.stage.wake(1)
            self.messages = [one for one in self.messages if not one.done]
            self._answer(ASKERS[0], 0)
        for _ in range(3):
            self.stage.tick(5_000)
            self.messages += self.stage.take_up()


@given(STEPS)
@settings(max_examples=60, deadline=None, derandomize=True)
def _play(request_for: Any, inferred: Any, steps: list[Any]) -> None:
    play = Play(request_for, inferred)
    for step in steps:
        play.take(step)
        play.look()
    play.finish()
    for asker in ASKERS:
        assert play.stage.ask("account", caller=asker)["held"] == 0
    assert play.stage.ask("counters")["flights_open"] == 0
    assert play.stage.printed == []
    play.stage.timers.clear()


def test_charged_is_spent_margin_and_credit_whenever_somebody_cancels(
    monkeypatch: pytest.MonkeyPatch, request_for: Any, inferred: Any
) -> None:
    """After every step; no ticket's end changes; and in the end nothing is held or in flight."""
    monkeypatch.setattr(builtins, "_kybra_ic", None, raising=False)
    _play(request_for, inferred)
    fresh_canister.forget("batcher")
