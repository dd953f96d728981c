"""The books of askers who pay, over any interleaving of what can happen to their cycles."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from batcher_core.ledger import Ledger
from batcher_core.money import is_balanced
from tests.unit.batcher.dict_store import DictStore

ASKERS = ("alice", "bob")
THINGS = ["hit", "open", "draw", "reply", "fail", "cancel", "lost", "withdraw", "undo"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(THINGS),
        st.sampled_from(ASKERS),
        st.integers(0, 1_000),
        st.integers(0, 1_000),
    ),
    max_size=60,
)


class Books:
    """A ledger, and a count of its own of what came and what went."""

    def __init__(self) -> None:
        """Start with empty accounts."""
        self.ledger = Ledger(DictStore(), DictStore())
        self.came = dict.fromkeys(ASKERS, 0)
        self.left: dict[int, tuple[str, int]] = {}
        self.now_ns = 0
        self.token = 0

    def take(self, step: tuple[str, str, int, int]) -> None:
        """Let one thing happen, as the canister does it: never more than is there."""
        what, asker, first, second = step
        getattr(self, f"_{what}")(asker, first, second)

    def _hit(self, asker: str, fee: int, brought: int) -> None:
        credit = self.ledger.account(asker).credit
        accepted = min(brought, max(0, fee - credit))
        self.ledger.take_fee(asker, accepted, min(fee, credit + accepted))
        self.came[asker] += accepted

    def _open(self, asker: str, due: int, until: int) -> None:
        accepted = max(0, due - self.ledger.account(asker).credit)
        self.token += 1
        self.ledger.hold(self.token, asker, accepted, due, 10 * self.token + until % 10)
        self.came[asker] += accepted
        self.left[self.token] = (asker, due)

    def _draw(self, _asker: str, spent: int, margin: int) -> None:
        for token, (asker, due) in list(self.left.items())[-1:]:
            spent, margin = min(spent, due // 2), min(margin, due // 2)
            self.ledger.draw(token, spent, margin)
            self.left[token] = (asker, due - spent - margin)

    def _reply(self, _asker: str, spent: int, margin: int) -> None:
        """A reply; the same one again, from a call that was repeated, books nothing."""
        for token in list(self.left)[:1]:
            due = self.left.pop(token)[1]
            for _ in range(2):
                self.ledger.release(token, min(spent, due // 2), min(margin, due // 2))

    def _fail(self, _asker: str, spent: int, _second: int) -> None:
        for token in list(self.left)[:1]:
            self.ledger.release(token, min(spent, self.left.pop(token)[1]), 0)

    def _cancel(self, _asker: str, spent: int, margin: int) -> None:
        """A cancel gives the whole hold back; a reply that comes after all books nothing."""
        for token in list(self.left)[:1]:
            del self.left[token]
            self.ledger.release(token, 0, 0)
            self.ledger.draw(token, spent, margin)
            self.ledger.release(token, spent, margin)

    def _lost(self, _asker: str, seconds: int, most: int) -> None:
        self.now_ns += seconds // 50
        self.ledger.sweep(self.now_ns, most % 4)
        self.ledger.load()

    def _withdraw(self, asker: str, cycles: int, _second: int) -> None:
        cycles = min(cycles, self.ledger.account(asker).credit)
        self.ledger.withdraw(asker, cycles)
        self.came[asker] -= cycles

    def _undo(self, asker: str, cycles: int, _second: int) -> None:
        cycles = min(cycles, self.ledger.account(asker).credit)
        self.ledger.withdraw(asker, cycles)
        self.ledger.give_back(asker, cycles)


@given(STEPS)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_charged_is_spent_margin_credit_and_held(steps: list[Any]) -> None:
    """At every moment, for every asker; and once nothing is out, nothing is held."""
    books = Books()
    for step in steps:
        books.take(step)
        for asker in ASKERS:
            account = books.ledger.account(asker)
            assert is_balanced(account)
            assert account.charged == books.came[asker]
    books.ledger.sweep(10**6, 10**6)
    for asker in ASKERS:
        account = books.ledger.account(asker)
        assert account.held == 0
        assert account.charged == account.spent + account.margin + account.credit
