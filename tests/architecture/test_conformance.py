"""docs/conformance.md is a page that its command wrote, from figures that are committed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from benchmarks.beside_pocket_ic import behind_half, beside_lines
from benchmarks.http_rates import REPORT_FILE, RESULT_FILE, missed, report
from tests.conformance.__main__ import HEAD, PAGE
from tests.conformance.parts import CANDID, candid_part, counted, fuzzing_part, outcome_lines
from tests.system.clients.operations import OPERATIONS

if TYPE_CHECKING:
    from pathlib import Path

RENEW = "renew it with `make conformance`"


def test_the_page_has_every_operation_of_every_client() -> None:
    """A new one is missing until the command has run it."""
    page = PAGE.read_text()
    assert page.startswith(HEAD), RENEW
    for operation in OPERATIONS:
        assert f"| {operation.client} | {operation.name} | " in page, RENEW


def test_the_page_has_the_committed_campaign_and_candid_count() -> None:
    """The same figures in both places, and none of them a failure."""
    page, candid = PAGE.read_text(), json.loads(CANDID.read_text())
    assert fuzzing_part().text in page, RENEW
    assert f"| {candid['passed']} of {candid['passed']} |" in page, RENEW
    assert candid["failed"] == 0


def test_without_the_specifications_files_the_latest_count_is_told_as_such() -> None:
    """Our own assertions are run each time."""
    part = candid_part(None)
    assert "| not this time: the figure of the latest run" in part.text
    assert not part.has_failed


def test_a_failing_assertion_is_counted(tmp_path: Path) -> None:
    """A folder without assertions is a mistake, not a success."""
    wrong = tmp_path / "wrong.test.did"
    wrong.write_text('assert "(true)" : (nat);\nassert "(true)" : (bool);\n')
    assert counted([wrong]) == {"files": 1, "passed": 1, "failed": 1}
    with pytest.raises(FileNotFoundError, match="CANDID_SPEC_DIR"):
        counted([])


def test_what_pytest_tells_is_cut_to_what_lasts() -> None:
    """The time that it took is no result."""
    written = "..\nparity: 2 of 3 scenarios\n2 passed, 1 failed in 3.21s\n"
    assert outcome_lines(written) == ["2 passed, 1 failed", "2 of 3 scenarios"]
    assert outcome_lines("") == ["nothing was told"]


def test_the_committed_rates_meet_their_goals() -> None:
    """And their page is what the figures make."""
    results = json.loads(RESULT_FILE.read_text())
    assert missed(results) == []
    assert REPORT_FILE.read_text() == report(results)


def test_half_the_real_rate_is_what_must_be_reached() -> None:
    """One kind may miss it alone; without a real runtime the page says so."""
    beside = {
        "version": "pocket-ic-server 10.0.0",
        "ours": {"query": {"a_second": 50.0}, "call": {"a_second": 49.0}},
        "real": {"query": {"a_second": 100.0}, "call": {"a_second": 100.0}},
    }
    assert behind_half(beside) == ["call"]
    assert "| call | 49.0 | 100.0 |" in beside_lines(beside)
    assert behind_half(None) == []
    assert "Not run" in beside_lines(None)
