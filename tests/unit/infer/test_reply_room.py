"""Room for a reply: estimated, doubled for the next call, paid for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from infer_core.reply_room import (
    MOST_DOUBLINGS,
    affordable_bytes,
    doublings_after,
    room_bytes,
    room_with,
)
from refrain_core.json_texts import json_text
from refrain_core.limits import MAX_RESPONSE_BYTES
from refrain_core.outcall_price import max_response_bytes_for


@given(tokens=st.integers(1, 32_768), doublings=st.integers(0, MOST_DOUBLINGS - 1))
def test_each_doubling_doubles_up_to_the_platforms_bound(tokens: int, doublings: int) -> None:
    """And never leaves it."""
    least = max_response_bytes_for(tokens)
    room = room_bytes(least, doublings)
    assert room_bytes(least, doublings + 1) == min(MAX_RESPONSE_BYTES, 2 * room)
    assert room_bytes(least, 0) == least
    assert room_bytes(least, MOST_DOUBLINGS) == MAX_RESPONSE_BYTES


def test_only_a_reply_that_was_too_large_is_counted_and_not_for_ever() -> None:
    """Fitting replies change nothing."""
    doublings = 0
    for _ in range(2 * MOST_DOUBLINGS):
        doublings = doublings_after(doublings, was_too_large=True)
    assert doublings == MOST_DOUBLINGS
    assert doublings_after(3, was_too_large=False) == 3


@given(
    wanted=st.integers(0, 2_000_000),
    least=st.integers(1, 2_000_000),
    spare=st.integers(-(10**9), 10**12),
)
def test_room_is_what_is_paid_for_and_at_least_the_least(
    wanted: int, least: int, spare: int
) -> None:
    """More than the least only as far as it is wanted and the spare cycles go."""
    room = affordable_bytes(wanted, least, spare, 10_400)
    assert room == least or least < room <= wanted
    assert (room - least) * 10_400 <= max(0, spare)


@given(room=st.integers(1, 2_000_000), so_far=st.text(st.characters(codec="utf-8"), max_size=200))
def test_a_repeated_text_fits_as_it_is_written(room: int, so_far: str) -> None:
    """As this project writes JSON, up to the platform's bound."""
    wider = room_with(room, so_far)
    assert wider == min(MAX_RESPONSE_BYTES, room + len(json_text(so_far).encode()) - 2)
