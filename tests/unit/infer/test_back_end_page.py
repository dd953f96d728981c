"""docs/backends.md tells of every way to a model, and of what ran by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from infer_core.provider_rules import CHAIN_FORMS, HTTP_FORMS, MODES, ONCHAIN

PAGE = (Path(__file__).parents[3] / "docs" / "backends.md").read_text()
WAYS = [
    *[(form, mode) for form in HTTP_FORMS for mode in MODES],
    *[(form, ONCHAIN) for form in CHAIN_FORMS],
]


@pytest.mark.parametrize(("form", "transport"), WAYS)
def test_every_way_ran_and_gave_the_expected_answer(form: str, transport: str) -> None:
    """One row each, made by the command that the page names."""
    rows = [line for line in PAGE.splitlines() if line.startswith(f"| {form} | {transport} |")]
    assert len(rows) == 1
    assert "the same" in rows[0]


def test_one_outcall_is_as_many_requests_as_nodes_that_ask() -> None:
    """Replicated thirteen, through a proxy thirteen of which one reaches the model."""
    for form in HTTP_FORMS:
        told = {
            mode: [int(cell) for cell in row.split("|")[4:7]]
            for mode in MODES
            for row in PAGE.splitlines()
            if row.startswith(f"| {form} | {mode} |")
        }
        assert told == {
            "non_replicated": [1, 1, 1],
            "replicated": [1, 13, 13],
            "idempotency_proxy": [1, 13, 1],
        }
