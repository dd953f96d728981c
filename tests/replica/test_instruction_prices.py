"""The replica's estimates beside what was measured on a real runtime, row by row."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.instruction_rows import MAP_ROWS, ROWS, USUAL_PERCENT, Compared, MapRow, Row
from benchmarks.instructions import RESULTS, PricedCanister, error_line, page
from benchmarks.recorded_scenarios import compared_scenarios

if TYPE_CHECKING:
    from collections.abc import Iterator

RENEW = "an estimate has changed: if that is meant, run `python -m benchmarks.instructions`"
FEW_ENTRIES = 1_000


@pytest.fixture(scope="module")
def priced() -> Iterator[PricedCanister]:
    """The toy that runs the micro-programs."""
    canister = PricedCanister()
    yield canister
    canister.close()


@pytest.fixture(scope="module")
def committed() -> dict[str, list[Compared]]:
    """The comparison as it was committed."""
    rows: dict[str, list[dict[str, Any]]] = json.loads((RESULTS / "instructions.json").read_text())
    return {part: [Compared(**each) for each in found] for part, found in rows.items()}


def check(each: Compared, committed: list[Compared]) -> None:
    """Hold one estimate to its own bound, and to the committed page."""
    assert abs(each.error_percent) <= each.within_percent, each
    assert each in committed, RENEW


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_price_is_estimated_within_its_bound(
    priced: PricedCanister, committed: dict[str, list[Compared]], row: Row
) -> None:
    """Usually 15 %; a row that is allowed more says why."""
    assert row.within_percent <= USUAL_PERCENT or row.reason
    check(priced.compare(row), committed["prices"])


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, marks=[pytest.mark.slow] if row.entries > FEW_ENTRIES else [])
        for row in MAP_ROWS
    ],
    ids=lambda row: f"{row.name}, {row.entries}",
)
def test_map_operations_are_estimated_within_their_bound(
    priced: PricedCanister, committed: dict[str, list[Compared]], row: MapRow
) -> None:
    """Get, get of an absent key, insert and remove, by the kind of key and the entries."""
    assert row.within_percent <= USUAL_PERCENT or row.reason
    for each in priced.compare_map(row):
        check(each, committed["prices"])


def test_whole_scenarios_are_estimated_within_their_bounds(
    committed: dict[str, list[Compared]],
) -> None:
    """Each recording is played, and is on the committed page."""
    played = compared_scenarios()
    assert played
    for each in played:
        check(each, committed["scenarios"])


def test_the_page_shows_what_is_committed(committed: dict[str, list[Compared]]) -> None:
    """Every row of the data, and no other."""
    shown = (RESULTS / "instructions.md").read_text()
    assert shown == page(committed["prices"], committed["scenarios"]), RENEW
    measured = len(ROWS) + 4 * len(MAP_ROWS)
    assert len(committed["prices"]) == measured
    assert error_line("Prices", committed["prices"]) in shown
