"""Steps of a move stay far below what a message may use, and do not grow with the cache."""

from __future__ import annotations

import pytest

from benchmarks.moving import RESULTS, SIZES, Moved, counted, page, read

MOST_OF_A_MESSAGE = 1_000
"""Millions of instructions, of 40,000."""


def largest(move: Moved) -> float:
    """The largest message of a move."""
    return max(move.largest_out, move.largest_in, move.largest_of_batcher)


def test_the_page_shows_the_committed_figures() -> None:
    """At each of the sizes; ten times the answers make no step a quarter dearer."""
    moves = read()
    assert [move.answers for move in moves] == list(SIZES)
    assert (RESULTS / "moving.md").read_text() == page(moves)
    small, large = moves
    assert largest(large) < 1.25 * largest(small) < 1.25 * MOST_OF_A_MESSAGE
    assert large.each < 1.25 * small.each
    assert all(0.45 < move.moved / move.answers < 0.55 for move in moves)


@pytest.mark.slow
def test_a_move_of_now_costs_about_what_was_committed() -> None:
    """Within a quarter; a change beyond that renews the page."""
    now, committed = counted(SIZES[0]), read()[0]
    assert now.moved == committed.moved
    assert 0.75 < now.each / committed.each < 1.25
    assert 0.75 < largest(now) / largest(committed) < 1.25
