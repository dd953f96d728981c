"""The committed figures are what the sources do now."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks.report import counted_part
from benchmarks.run import COUNTED_FILE, REPORT_FILE
from benchmarks.scenarios import SIZES, counted_sizes

RENEW = "the counted figures have changed: if that is meant, renew them with `make bench`"


@pytest.fixture(scope="module")
def committed() -> Any:
    """The counted figures as they were committed."""
    return json.loads(COUNTED_FILE.read_text())


def test_the_smallest_counts_are_the_committed_ones(committed: Any) -> None:
    """Messages, map operations, outcalls, bytes and cycles of each scenario."""
    smallest = str(SIZES[0])
    assert counted_sizes(SIZES[:1])[smallest] == committed[smallest], RENEW


@pytest.mark.slow
def test_the_middle_counts_are_the_committed_ones(committed: Any) -> None:
    """The same with ten times the entries; `make bench` alone counts the largest."""
    middle = str(SIZES[1])
    assert counted_sizes(SIZES[:2])[middle] == committed[middle], RENEW


def test_the_report_shows_the_committed_counts(committed: Any) -> None:
    """RESULTS.md starts with them, at each size."""
    assert list(committed) == [str(size) for size in SIZES]
    assert REPORT_FILE.read_text().startswith(counted_part(committed)), RENEW
