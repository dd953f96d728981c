"""The table of a flight's life, and the board that lives by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batcher_core.flight_machine import (
    EVENTS,
    FINAL_STATES,
    HIT_FOUND,
    LEASE_ENDED,
    LOOKUP_BEGUN,
    MODEL_ANSWERED,
    MODEL_CALLED,
    STATES,
    TRANSITIONS,
    UNOPENED,
    WORK_REFUSED,
    next_state,
)
from batcher_core.flights import Flight, FlightBoard, pack_flight, unpack_flight
from refrain_core.transitions import IllegalTransitionError

if TYPE_CHECKING:
    from tests.unit.batcher.dict_store import DictStore

FLIGHT = Flight("d" * 64, 7, 1_000, UNOPENED, 5_000, awaited=False)


@given(state=st.sampled_from(STATES), event=st.sampled_from(EVENTS))
def test_no_unlisted_pair_is_accepted(state: str, event: str) -> None:
    """A pair is either in the table or an error."""
    if (state, event) in TRANSITIONS:
        assert next_state(state, event) in STATES
    else:
        with pytest.raises(IllegalTransitionError):
            next_state(state, event)


def test_every_state_is_reachable_and_every_event_used() -> None:
    """From an unopened flight the table leads everywhere."""
    reached = {UNOPENED}
    for _ in STATES:
        reached |= {after for (before, _), after in TRANSITIONS.items() if before in reached}
    assert reached == set(STATES)
    assert {event for _, event in TRANSITIONS} == set(EVENTS)


def test_final_states_have_no_way_out_and_others_end() -> None:
    """A flight ends once; whatever is open can fail and can expire."""
    assert not [pair for pair in TRANSITIONS if pair[0] in FINAL_STATES]
    for state in set(STATES) - FINAL_STATES - {UNOPENED}:
        assert next_state(state, WORK_REFUSED) in FINAL_STATES
        assert next_state(state, LEASE_ENDED) in FINAL_STATES


@given(
    st.builds(
        Flight,
        st.text("0123456789abcdef", min_size=64, max_size=64),
        st.integers(1, 2**64),
        st.integers(0, 2**64),
        st.sampled_from(STATES),
        st.integers(0, 2**64),
        st.booleans(),
    )
)
def test_a_flight_survives_its_record(flight: Flight) -> None:
    """What is packed is unpacked."""
    assert unpack_flight(flight.digest, pack_flight(flight)) == flight


@given(st.lists(st.sampled_from(EVENTS), max_size=6))
def test_the_map_always_holds_what_the_board_shows(events: list[str]) -> None:
    """After any events, legal or refused, a rebuilt board is the board."""
    store = _Store()
    board = FlightBoard(store)
    flight = board.open(FLIGHT, LOOKUP_BEGUN)
    for event in events:
        if (flight.state, event) not in TRANSITIONS:
            with pytest.raises(IllegalTransitionError):
                board.advance(flight, event)
            continue
        flight = board.advance(flight, event)
    again = FlightBoard(store)
    again.load()
    assert again.under_way(FLIGHT.digest, 0) == board.under_way(FLIGHT.digest, 0)
    assert (len(again) == 0) == (flight.state in FINAL_STATES)


class _Store(dict[str, str]):
    """A map's face, one for each example."""

    insert = dict.__setitem__

    def remove(self, key: str) -> str | None:
        return self.pop(key, None)

    def items(self) -> list[tuple[str, str]]:  # type: ignore[override]
        return sorted(super().items())


def test_a_new_flight_replaces_one_whose_lease_is_over(store: DictStore) -> None:
    """The token of the old flight settles nothing any more."""
    board = FlightBoard(store)
    board.open(FLIGHT, MODEL_CALLED)
    board.open(FLIGHT._replace(token=8, deadline_ns=3_000), MODEL_CALLED)
    assert len(board) == 1
    assert board.settleable(FLIGHT.digest, 7, 500) is None
    settled = board.settleable(FLIGHT.digest, 8, 2_999)
    assert settled is not None
    assert board.settleable(FLIGHT.digest, 8, 3_000) is None
    board.advance(settled, MODEL_ANSWERED)
    assert not store.entries


def test_flights_expire_in_bounded_steps(store: DictStore) -> None:
    """A sweep ends no more than it is told to, and none whose lease holds."""
    board = FlightBoard(store)
    for number in range(5):
        digest = f"{number:064x}"
        board.open(FLIGHT._replace(digest=digest, deadline_ns=1_000 + number), MODEL_CALLED)
    assert len(board.expire(1_003, 3)) == 3
    assert len(board.expire(1_003, 3)) == 1
    assert not board.expire(1_003, 3)


def test_a_hit_cannot_be_found_after_the_model_was_called() -> None:
    """The lookup comes first or not at all."""
    with pytest.raises(IllegalTransitionError):
        next_state(next_state(UNOPENED, MODEL_CALLED), HIT_FOUND)
