"""Windows open, close and are refused: held against a plain list of who waits where."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from batcher_core.fair_queue import HIGH, LOW, NORMAL, Waiting
from batcher_core.windows import MAX_BATCH, WaitingRoom

SECOND_NS = 1_000_000_000
NEVER_NS = 1 << 62


def _one(number: int, tenant: str = "ann", priority: int = NORMAL, entered_ns: int = 0) -> Waiting:
    return Waiting(number, tenant, priority, 100, entered_ns, NEVER_NS)


def test_a_window_opens_with_its_first_and_closes_by_time() -> None:
    """Its time counts from the first request; those that follow do not prolong it."""
    room = WaitingRoom()
    room.enter("a", _one(0, entered_ns=5))
    room.enter("a", _one(1, entered_ns=SECOND_NS))
    assert room.closes_ns("a", 1, 16) == SECOND_NS + 5
    assert [one.number for one in room.close("a", 16, 2 * SECOND_NS).items] == [0, 1]
    assert room.lanes() == []


def test_a_window_closes_by_size() -> None:
    """With the last that a batch takes it is over, whatever its time."""
    room = WaitingRoom()
    for number in range(3):
        assert (len(room), number) == (number, number)
        room.enter("a", _one(number, entered_ns=7 + number))
    assert room.closes_ns("a", 9, 4) == 9 * SECOND_NS + 7
    assert room.closes_ns("a", 9, 3) == 7


def test_a_window_of_no_seconds_closes_in_the_next_round() -> None:
    """It is over when it opens: whoever asks in the same round still shares it."""
    room = WaitingRoom()
    room.enter("a", _one(0, entered_ns=3))
    assert room.closes_ns("a", 0, 16) == 3


def test_high_priority_closes_a_window_at_once_and_takes_the_others_along() -> None:
    """Once it is gone, the lane's next window has its time again."""
    room = WaitingRoom()
    room.enter("a", _one(0, entered_ns=1))
    room.enter("a", _one(1, "bob", HIGH, entered_ns=2))
    assert room.closes_ns("a", 5, 16) == 1
    assert len(room.close("a", 16, 2).items) == 2
    room.enter("a", _one(2, entered_ns=3))
    assert room.closes_ns("a", 5, 16) == 3 + 5 * SECOND_NS


def test_those_left_over_wait_in_a_window_that_counts_from_the_eldest() -> None:
    """Who did not fit is not made to wait a whole window again."""
    room = WaitingRoom()
    for number in range(20):
        room.enter("a", _one(number, entered_ns=number))
    room.close("a", 16, 20)
    assert room.closes_ns("a", 1, 16) == SECOND_NS + 16


def test_lanes_do_not_mix() -> None:
    """What cannot share an outcall does not share a window; the elder lane comes first."""
    room = WaitingRoom()
    room.enter("b", _one(0, entered_ns=1))
    room.enter("a", _one(1, entered_ns=2))
    assert room.lanes() == ["b", "a"]
    assert [one.number for one in room.close("a", 16, 3).items] == [1]
    assert room.lanes() == ["b"]


@given(st.lists(st.sampled_from(["ann", "ann", "ann", "bob", "cy"])), st.integers(1, 24))
def test_a_tenant_holds_no_more_places_than_are_free(tenants: list[str], most: int) -> None:
    """The room never overflows, and who has nothing in it gets in while a place is free."""
    room = WaitingRoom()
    held: dict[str, int] = {}
    for number, tenant in enumerate(tenants):
        refusal = room.refuse(tenant, most, 7)
        assert (refusal is None) == (held.get(tenant, 0) < most - len(room))
        if refusal is None:
            room.enter("a", _one(number, tenant))
            held[tenant] = held.get(tenant, 0) + 1
        else:
            assert refusal == {"Busy": {"retry_after_s": 7}}
    assert len(room) == sum(held.values()) <= most


class Rooms(RuleBasedStateMachine):
    """Any course of entering, closing, cancelling and expiring, beside a plain dict."""

    def __init__(self) -> None:
        """Start with an empty room at time 0."""
        super().__init__()
        self.room = WaitingRoom()
        self.plain: dict[int, tuple[str, Waiting]] = {}
        self.now_ns = 0

    @rule(
        lane=st.sampled_from(["a", "b"]),
        tenant=st.sampled_from(["ann", "bob"]),
        priority=st.sampled_from([HIGH, NORMAL, LOW]),
        lasts=st.integers(1, 20),
    )
    def enter(self, lane: str, tenant: str, priority: int, lasts: int) -> None:
        self.now_ns += 1
        number = self.now_ns
        one = Waiting(number, tenant, priority, 50, self.now_ns, self.now_ns + lasts)
        self.room.enter(lane, one)
        self.plain[number] = (lane, one)

    @precondition(lambda self: self.plain)
    @rule(size=st.integers(1, MAX_BATCH), data=st.data())
    def close(self, size: int, data: Any) -> None:
        lane = data.draw(st.sampled_from(self.room.lanes()))
        closed = self.room.close(lane, size, self.now_ns)
        waiting = [number for number, (name, _) in self.plain.items() if name == lane]
        assert closed.lane == lane
        assert len(closed.items) == min(size, len(waiting))
        for one in closed.items:
            assert self.plain.pop(one.number) == (lane, one)

    @rule(number=st.integers(0, 60))
    def drop(self, number: int) -> None:
        assert self.room.drop(number) == (self.plain.pop(number, None) is not None)

    @rule(later=st.integers(0, 10))
    def overdue(self, later: int) -> None:
        self.now_ns += later
        late = {one.number for one in self.room.overdue(self.now_ns)}
        expected = {n for n, (_, one) in self.plain.items() if one.deadline_ns <= self.now_ns}
        assert late == expected
        for number in late:
            del self.plain[number]

    @invariant()
    def windows_are_of_those_who_wait(self) -> None:
        assert len(self.room) == len(self.plain)
        assert set(self.room.lanes()) == {lane for lane, _ in self.plain.values()}
        for lane in self.room.lanes():
            ours = [one for name, one in self.plain.values() if name == lane]
            eldest_ns = min(one.entered_ns for one in ours)
            is_urgent = any(one.priority == HIGH for one in ours)
            waits_ns = 0 if is_urgent or len(ours) >= 4 else SECOND_NS
            assert self.room.closes_ns(lane, 1, 4) <= eldest_ns + waits_ns


TestRooms = Rooms.TestCase
