"""The recorded arrivals of real conversations, through the batcher's own windows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from benchmarks.batch_windows import (
    REPORT_FILE,
    RESULTS_FILE,
    TRACE,
    fairness_row,
    report,
    window_rows,
)

if TYPE_CHECKING:
    from pathlib import Path

RENEW = "the replay has changed: if that is meant, run `python -m benchmarks.batch_windows`"


def test_a_second_gathers_six_and_two_gather_eleven(reference_data: Path) -> None:
    """At most sixteen share an outcall, and the committed figures are those of this code."""
    rows = window_rows(reference_data / TRACE)
    average = {row["window_s"]: row["average"] for row in rows}
    assert average[1] >= 6
    assert average[2] >= 11
    assert max(row["largest"] for row in rows) <= 16
    assert all(row["requests"] == 19_366 for row in rows)
    assert rows == json.loads(RESULTS_FILE.read_text())["windows"], RENEW


@pytest.mark.slow
@pytest.mark.parametrize("calls", [8, 16])
def test_a_small_tenant_waits_at_most_twice_as_long_beside_ten_times_its_load(
    calls: int, reference_data: Path
) -> None:
    """With the calls all taken for good by the large one, the small one is not even refused."""
    row = fairness_row(reference_data / TRACE, calls, 1.5)
    assert row["ratio"] <= 2
    assert row["small_refused"] == 0 < row["large_refused"]
    assert row["first_come_s"] > 5 * row["beside_s"]
    assert row in json.loads(RESULTS_FILE.read_text())["fairness"], RENEW


def test_the_page_shows_the_committed_figures() -> None:
    """batch_windows.md is written from batch_windows.json."""
    assert report(json.loads(RESULTS_FILE.read_text())) == REPORT_FILE.read_text()
