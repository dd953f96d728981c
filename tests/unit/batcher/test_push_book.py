"""The life of a push: its table, its record, its bytes, and a book that never forgets one."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from batcher_core.push_book import MOST_IN_ALL, MOST_TO_ONE, PushBook
from batcher_core.push_machine import (
    DELIVERED,
    DELIVERING,
    ENDED_PUSHES,
    PENDING,
    PUSH_EVENTS,
    PUSH_STATES,
    PUSH_TRANSITIONS,
    next_push_state,
)
from batcher_core.push_message import pushed_bytes
from batcher_core.pushes import MOST_TRIES, Push, pack_push, unpack_push
from kybra_replica.candid.decode import decode
from kybra_replica.candid.model import Primitive, TypeTable
from tests.unit.batcher.dict_store import DictStore

SECOND = 10**9
ASKERS = ("ann", "bob")
TYPES = [Primitive("nat64"), Primitive("text"), Primitive("text")]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "end", "send", "send", "crowd", "acknowledge", "load", "drop"]),
        st.integers(0, 9),
        st.integers(0, 60),
    ),
    max_size=60,
)


@given(st.sampled_from(PUSH_STATES), st.sampled_from(PUSH_EVENTS))
def test_the_table_ends_pushes_and_revives_none(state: str, event: str) -> None:
    """An ended push is sent no more; unlisted pairs change nothing; all states are reached."""
    after = next_push_state(state, event)
    assert after in PUSH_STATES
    assert (state, event) in PUSH_TRANSITIONS or after == state
    if state in ENDED_PUSHES:
        assert after in ENDED_PUSHES
    assert {PENDING, *PUSH_TRANSITIONS.values()} == set(PUSH_STATES)
    assert {event for _, event in PUSH_TRANSITIONS} == set(PUSH_EVENTS)


@given(st.integers(0, 2**64 - 1), st.text(max_size=300))
@settings(derandomize=True, deadline=None)
def test_its_bytes_are_candid(ticket: int, content: str) -> None:
    """Any ticket and any text are read as they were written."""
    data = pushed_bytes(ticket, {"Settled": {"answer": {"content": content}}})
    assert decode(data, TYPES, TypeTable()) == [ticket, "Settled", content]


@given(st.integers(0, 9), st.sampled_from(PUSH_STATES), st.integers(0, 2**62))
def test_a_record_is_read_as_it_was_written(tries: int, state: str, next_ns: int) -> None:
    """Every field."""
    push = Push(3, "aaaaa-aa", "take_it", 9, "d" * 64, 2**62, state, tries, next_ns)
    assert unpack_push(3, pack_push(push)) == push


class Played:
    """A book under a schedule, and what its receivers were sent."""

    def __init__(self) -> None:
        """Start empty."""
        self.store = DictStore()
        self.book = PushBook(self.store)
        self.now_ns = SECOND
        self.sent: dict[int, int] = {}
        self.count = 0

    def take(self, step: tuple[str, int, int]) -> None:
        """Let one thing happen, and some time pass."""
        what, number, seconds = step
        self.now_ns += seconds * SECOND // 6
        getattr(self, f"_{what}")(number)

    def _add(self, number: int) -> None:
        self.count += 1
        expires_at_ns = self.now_ns + 900 * SECOND
        asker = ASKERS[number % 2]
        token = 1_000 + self.count
        self.book.add(Push(self.count, asker, "take", token, "d", expires_at_ns))

    def _end(self, number: int) -> None:
        self.book.ended(1_000 + number, self.now_ns)

    def _send(self, _number: int) -> None:
        for push in self.book.due(self.now_ns, 8):
            assert 0 < push.next_ns <= self.now_ns
            if self.book.take(push, self.now_ns) is not None:
                self.sent[push.ticket] = self.sent.get(push.ticket, 0) + 1

    def _crowd(self, _number: int) -> None:
        for push in self.book.due(self.now_ns, 1):
            self.book.take(push, self.now_ns)
            self.book.put_off(push, self.now_ns)

    def _acknowledge(self, number: int) -> None:
        for asker in ASKERS:
            push = self.book.push(number, asker)
            if push is not None:
                self.book.acknowledge(push, self.now_ns)
                assert self.book.push(number, asker).state == DELIVERED  # type: ignore[union-attr]

    def _load(self, _number: int) -> None:
        self.book = PushBook(self.store)
        self.book.load()

    def _drop(self, number: int) -> None:
        if number == 0:
            self.book.drop_all(ASKERS[0], self.now_ns)

    def look(self) -> None:
        """Check the bounds, and that what is due has its time."""
        out: dict[str, int] = {}
        for push in self.book.going_on():
            if push.state == DELIVERING:
                out[push.asker] = out.get(push.asker, 0) + 1
                assert push.next_ns
        assert sum(out.values()) <= MOST_IN_ALL
        assert max(out.values(), default=0) <= MOST_TO_ONE
        assert max(self.sent.values(), default=0) <= MOST_TRIES


@given(STEPS)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_whatever_happens_few_are_out_and_all_end(steps: list[Any]) -> None:
    """Bounds hold after each step; in the end all that had an end were sent or given up."""
    played = Played()
    for step in steps:
        played.take(step)
        played.look()
    for number in range(played.count + 1):
        played.book.ended(1_000 + number, played.now_ns)
    for _ in range(2_000):
        next_ns = played.book.next_ns(played.now_ns)
        if next_ns is None:
            break
        played.now_ns = next_ns
        played.take(("send", 0, 0))
    assert not played.book.going_on()
    played.book.sweep(played.now_ns + 10**15, 10**6)
    assert not played.store.entries
    assert len(played.book) == 0
