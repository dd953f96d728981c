"""What an ask costs, held where it was brought to: docs/batching.md tells the figures."""

from __future__ import annotations

import pytest

from benchmarks.ask_costs import M, Step, measured, page

MOST_CYCLES = {"hit": 27 * M, "miss": 87 * M}
"""A little more than was measured: another field of a record is no alarm, another message is."""

ENTRIES = {
    "hit": ["ingress", "ask", "fetch_text", "ask, callback"],
    "miss": [
        *("ingress", "ask", "fetch_text", "ask, callback", "infer_text", "http_request"),
        *("transform (query)", "infer_text, callback", "ask, callback", "keep", "ask, callback"),
    ],
}


@pytest.fixture(scope="module")
def asks() -> dict[str, list[Step]]:
    """Measure a hit and a miss."""
    return measured()


@pytest.mark.parametrize("name", ["hit", "miss"])
def test_an_ask_takes_its_messages_and_no_more(asks: dict[str, list[Step]], name: str) -> None:
    """Each costs 5 M cycles, whatever it does."""
    assert [step.entry for step in asks[name]] == ENTRIES[name]


@pytest.mark.parametrize("name", ["hit", "miss"])
def test_an_ask_costs_no_more_than_it_did(asks: dict[str, list[Step]], name: str) -> None:
    """All fees and instructions, beside the outcall's fee."""
    own = [step.cycles for step in asks[name] if not step.is_outcall]
    assert 0 < sum(own) <= MOST_CYCLES[name]


def test_the_page_shows_every_message(asks: dict[str, list[Step]]) -> None:
    """In the order in which they ran."""
    shown = page(asks)
    for steps in asks.values():
        for step in steps:
            assert f"| {step.canister} | {step.entry} |" in shown
