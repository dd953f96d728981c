"""Batches as tables, records and a book: held against a plain list of results."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from batcher_core import batch_machine as machine
from batcher_core.batch_book import MAX_ATTEMPTS, BatchBook
from batcher_core.batch_pages import page_of, view_of
from batcher_core.batch_shelf import BatchStores
from batcher_core.batches import Item, pack_batch, pack_item, unpack_batch, unpack_item
from batcher_core.outcomes import answered_outcome, refused_outcome
from batcher_core.pieced_texts import PiecedTexts
from refrain_core.transitions import IllegalTransitionError
from tests.unit.batcher.dict_store import DictStore
from tests.unit.batcher.lines_of_batches import line_for

BOUNDS = {"batches": (32, 500), "items": (40, 600), "texts": (50, 4_100), "meta": (40, 400)}
ASKER = "aaaaa-aa"
DIGEST = "d" * 64


def stores() -> BatchStores:
    """Make empty maps with the canister's own bounds."""
    return BatchStores(*[DictStore(BOUNDS[name]) for name in BatchStores._fields])


def answered(content: str, status: str = "fwd=miss; stored", outcalls: int = 1) -> Any:
    """Make the outcome of an item that was answered."""
    answer = {
        "content": content,
        "finish": "stop",
        "model": "m@1:q",
        "trust": "single_node",
        "prompt_tokens": 1,
        "completion_tokens": 2,
        "dropped_messages": 0,
        "dropped_characters": 0,
        "created_at_ns": 5,
    }
    return answered_outcome(DIGEST, answer, status, outcalls=outcalls)


@given(st.sampled_from(machine.STATES), st.sampled_from(machine.EVENTS))
def test_no_pair_beyond_the_batchs_table_is_taken(state: str, event: str) -> None:
    """A pair is in the table or an error; what is final has no way out."""
    if (state, event) in machine.TRANSITIONS:
        assert state not in machine.FINAL_STATES
        assert machine.next_batch_state(state, event) in machine.STATES
    else:
        with pytest.raises(IllegalTransitionError):
            machine.next_batch_state(state, event)


@given(st.sampled_from(machine.ITEM_STATES), st.sampled_from(machine.ITEM_EVENTS))
def test_no_pair_beyond_the_items_table_is_taken(state: str, event: str) -> None:
    """An ended item takes no event at all: it has exactly one result."""
    if (state, event) in machine.ITEM_TRANSITIONS:
        assert state not in machine.ENDED_ITEMS
        assert machine.next_item_state(state, event) in machine.ITEM_STATES
    else:
        with pytest.raises(IllegalTransitionError):
            machine.next_item_state(state, event)


def test_every_state_is_reached_and_every_batch_ends() -> None:
    """From validation the table leads everywhere, and time ends whatever goes on."""
    reached = {machine.VALIDATING}
    for _ in machine.STATES:
        reached |= {
            after for (before, _), after in machine.TRANSITIONS.items() if before in reached
        }
    assert reached == set(machine.STATES)
    assert {event for _, event in machine.TRANSITIONS} == set(machine.EVENTS)
    for state in set(machine.STATES) - machine.FINAL_STATES - {machine.FINALIZING}:
        assert machine.next_batch_state(state, machine.WINDOW_OVER) in machine.FINAL_STATES


@given(st.text(max_size=9_000), st.text(max_size=40))
def test_a_text_of_any_length_comes_back_and_goes_without_a_trace(text: str, other: str) -> None:
    """Pieces keep within the map's bounds, whatever characters lie across their ends."""
    store = DictStore((50, 4_100))
    kept = PiecedTexts(store)
    kept.put("a", text * 3)
    kept.put("b", other)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (text * 3, other, None)
    for key in ("a", "b", "c"):
        kept.remove(key)
    assert store.entries == {}


@given(
    st.sampled_from(machine.ITEM_STATES),
    st.integers(0, 9),
    st.integers(0, 2**64),
    st.text(min_size=1, max_size=128),
)
def test_an_item_survives_its_record(
    state: str, attempts: int, ticket: int, custom_id: str
) -> None:
    """Whatever characters its custom_id has."""
    item = Item(state, attempts, ticket, custom_id)
    assert unpack_item(pack_item(item)) == item


class Books(RuleBasedStateMachine):
    """Any course of sending, losing, settling, cancelling and upgrading, beside plain results."""

    def __init__(self) -> None:
        """Create one validated batch of six."""
        super().__init__()
        self.stores = stores()
        self.book = BatchBook(self.stores)
        self.book.load()
        lines = [line_for(f"id {place}") for place in range(6)]
        self.batch = self.book.create(ASKER, lines, 1, 1_000)
        self.results: dict[str, bool] = {}
        self.tickets = 0

    @rule(most=st.integers(1, 4))
    def validate(self, most: int) -> None:
        if self.batch.state == machine.VALIDATING:
            self.book.judge(self.batch, self.book.next_lines(self.batch, most), 2)

    @precondition(lambda self: self.batch.waiting)
    @rule(data=st.data())
    def send(self, data: Any) -> None:
        place = data.draw(st.sampled_from(self.batch.waiting))
        self.tickets += 1
        self.book.sent(self.batch, place, self.tickets, DIGEST)

    @precondition(lambda self: self.batch.out)
    @rule(data=st.data(), fate=st.sampled_from(["answer", "refusal", "lost"]))
    def come_back(self, data: Any, fate: str) -> None:
        place = data.draw(st.sampled_from(sorted(self.batch.out)))
        refusal = refused_outcome({"BadReply": "x"})
        if fate != "lost":
            self.book.settle(self.batch, place, answered("y") if fate == "answer" else refusal)
            self.results[f"id {place}"] = fate == "answer"
        elif not self.book.lost(self.batch, place):
            item = self.book.shelf.item(self.batch, place)
            assert item is not None
            assert item.attempts >= MAX_ATTEMPTS
            self.book.settle(self.batch, place, refusal)
            self.results[f"id {place}"] = False

    @rule(now_ns=st.sampled_from([3, 4, 5, 2_000]))
    def go_on(self, now_ns: int) -> None:
        if not self.batch.is_final:
            self.book.go_on(self.batch, now_ns)

    @rule()
    def cancel(self) -> None:
        if self.batch.state == machine.IN_PROGRESS:
            self.book.cancel(self.batch, 6)

    @rule()
    def upgrade(self) -> None:
        if self.batch.has_moved:
            self.book.shelf.keep_batch(self.batch)
        self.book = BatchBook(self.stores)
        self.book.load()
        self.batch = self.book.batches[self.batch.number]

    @invariant()
    def each_result_is_read_once_and_counted(self) -> None:
        good = page_of(self.book, self.batch, 0, of_errors=False)["rows"]
        bad = page_of(self.book, self.batch, 0, of_errors=True)["rows"]
        told = {row["custom_id"]: row["answered"] is not None for row in (*good, *bad)}
        assert len(told) == len(good) + len(bad)
        assert {name: told[name] for name in self.results} == self.results
        view = view_of(self.book, self.batch)
        assert view["completed"] == sum(self.results.values()) == len(good)
        assert view["failed"] == len(self.results) - len(good)
        if self.batch.state == machine.COMPLETED:
            assert len(told) == 6
        assert unpack_batch(self.batch.key, pack_batch(self.batch)).counts == self.batch.counts


TestBooks = Books.TestCase


def test_faults_end_a_batch_before_anything_is_sent() -> None:
    """Each bad line is told with its number; a doubled custom_id is one."""
    book = BatchBook(stores())
    book.load()
    lines = [line_for("a"), "{", line_for("a"), line_for("b", model=5), line_for("c", zzz=1)]
    batch = book.create(ASKER, lines, 1, 1_000)
    book.judge(batch, book.next_lines(batch, 3), 2)
    assert batch.state == machine.VALIDATING
    book.judge(batch, book.next_lines(batch, 3), 3)
    assert batch.state == machine.FAILED
    view = view_of(book, batch)
    assert [fault["line"] for fault in view["faults"]] == [2, 3, 4, 5]
    assert view["failed_at_ns"] == 3
    assert page_of(book, batch, 0, of_errors=True) == {"rows": [], "next": None}


def test_an_expired_batch_keeps_what_is_done_and_names_what_is_not() -> None:
    """The rest is in the list of errors, as timed out."""
    book = BatchBook(stores())
    book.load()
    batch = book.create(ASKER, [line_for("a"), line_for("b")], 1, 50)
    book.judge(batch, book.next_lines(batch, 9), 2)
    book.sent(batch, 0, 7, DIGEST)
    book.settle(batch, 0, answered("x", "hit", 0))
    book.go_on(batch, 50)
    assert batch.state == machine.EXPIRED
    (row,) = page_of(book, batch, 0, of_errors=True)["rows"]
    assert row["custom_id"] == "b"
    assert "Timeout" in row["refusal"]
    assert (view_of(book, batch)["hits"], view_of(book, batch)["outcalls"]) == (1, 0)


def test_a_forgotten_batch_leaves_nothing_behind() -> None:
    """Removed in bounded steps, with all its texts."""
    kept = stores()
    book = BatchBook(kept)
    book.load()
    batch = book.create(ASKER, [line_for(f"{place}", "x" * 9_000) for place in range(5)], 1, 50)
    book.judge(batch, book.next_lines(batch, 9), 2)
    book.go_on(batch, 60)
    while batch.number in book.batches:
        book.forget(batch, 2)
    for name in ("batches", "items", "texts"):
        assert getattr(kept, name).entries == {}
