"""Budgets: the first specification's figures by default, bounded, one text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infer_core.work_budgets import (
    PLATFORM_INSTRUCTIONS,
    Budgets,
    budgets_from,
    goes_on_later,
    pack_budgets,
    prompt_characters,
    refuse_budgets,
    share_per_mille,
    unpack_budgets,
)


def test_the_defaults_are_the_first_specifications() -> None:
    """512 new tokens, 8,000 characters in, about 2,500 in all; 20 M instructions, 5 M of margin."""
    budgets = Budgets()
    assert (budgets.round_tokens, prompt_characters(budgets)) == (512, 8_000)
    assert budgets.total_tokens == budgets.prompt_tokens + budgets.round_tokens
    assert budgets.message_instructions - budgets.margin_instructions == 15_000_000
    assert refuse_budgets(budgets._asdict()) is None


@pytest.mark.parametrize(
    "change",
    [
        {"round_tokens": 0},
        {"round_tokens": 4_097},
        {"prompt_tokens": 15},
        {"total_tokens": 2_511},
        {"message_instructions": 999_999},
        {"margin_instructions": 20_000_000},
        {"attempts": 0},
        {"attempts": 9},
    ],
)
def test_budgets_out_of_bounds_or_in_conflict_are_refused_by_name(change: dict[str, int]) -> None:
    """The text names what to change."""
    refusal: Any = refuse_budgets({**Budgets()._asdict(), **change})
    assert any(name in refusal["BadRequest"] for name in Budgets._fields)


@given(figures=st.lists(st.integers(0, 10**12), min_size=6, max_size=6))
def test_packing_is_undone_by_unpacking(figures: list[int]) -> None:
    """Any figures, in or out of bounds; and a shorter text leaves the defaults."""
    budgets = Budgets(*figures)
    assert unpack_budgets(pack_budgets(budgets)) == budgets
    assert unpack_budgets("7") == Budgets(7)
    assert budgets_from(budgets._asdict()) == budgets


@given(used=st.integers(0, PLATFORM_INSTRUCTIONS))
def test_work_goes_on_later_once_the_margin_is_reached(used: int) -> None:
    """And the share of a limit is rounded up."""
    assert goes_on_later(Budgets(), used) == (used > 15_000_000)
    share = share_per_mille(used, PLATFORM_INSTRUCTIONS)
    assert 0 <= share * PLATFORM_INSTRUCTIONS - used * 1_000 < PLATFORM_INSTRUCTIONS
