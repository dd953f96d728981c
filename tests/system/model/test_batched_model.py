"""Several requests asked of the real model by one outcall; what it says is its own affair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.system.faults.lying_server import LyingServer
    from tests.system.faults.served_network import ServedNetwork

pytestmark = [pytest.mark.model, pytest.mark.slow]

WAIT_S = 240.0


def test_four_submitted_requests_share_one_outcall(
    answering: ServedNetwork, model_server: LyingServer
) -> None:
    """Each ticket is settled with an answer of its own, and the server was asked once."""
    prompts = [f"Name the number after {number}." for number in (10, 20, 30, 40)]
    tickets = [
        answering.submit(prompt, max_tokens=8, temperature_micros=0)["ticket"] for prompt in prompts
    ]
    assert model_server.asked == []
    answering.replica.advance(1)
    assert answering.replica.run_until(lambda: not answering.replica.desk.pending, WAIT_S)
    settled = [answering.query("batcher", "result", ticket)["Settled"] for ticket in tickets]
    assert len(model_server.asked) == 1
    assert all(one["answer"]["content"].strip() for one in settled)
    assert sum(one["outcalls"] for one in settled) == 1
    assert len({one["digest"] for one in settled}) == 4
