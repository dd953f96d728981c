"""Batches on the whole network: repeats that cost nothing, and an upgrade in the middle."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.system.network import MODEL, OPERATOR

if TYPE_CHECKING:
    from tests.system.network import Network


def create(network: Network, prompts: list[str]) -> int:
    """Create a batch of prompts; its number."""
    lines = [
        {
            "custom_id": f"id-{place}",
            "request": {
                "model": MODEL,
                "messages": [{"role": "user", "content": prompt}],
                "max_tokens": 8,
            },
        }
        for place, prompt in enumerate(prompts)
    ]
    text = "\n".join([json.dumps(line) for line in lines])
    created = network.update("batcher", "batch_create", {"lines": text, "window_s": 3_000})
    return int(created["Batch"]["batch"])


def worked_off(network: Network, batch: int, seconds: int = 60) -> Any:
    """Let time pass until a batch is over; its view."""
    for _ in range(seconds):
        network.replica.advance(1)
        network.release()
        view = network.query("batcher", "batch_status", batch)["Batch"]
        if view["status"] in ("completed", "failed", "expired"):
            return view
    raise AssertionError(f"still {view}")


def output(network: Network, batch: int) -> dict[str, str]:
    """Read all answers by their custom_id."""
    rows: list[dict[str, Any]] = []
    start: int | None = 0
    while start is not None:
        page = network.query("batcher", "batch_output", batch, start)["Page"]
        rows += page["rows"]
        start = page["next"]
    assert len(rows) == len({row["custom_id"] for row in rows})
    return {row["custom_id"]: row["answered"]["answer"]["content"] for row in rows}


def test_repeats_in_a_batch_cost_no_outcall(network: Network) -> None:
    """Fifty prompts of which ten differ make ten outcalls, and a second batch of them none."""
    prompts = [f"prompt {place % 10}" for place in range(50)]
    network.answer_model("an answer", times=10)
    batch = create(network, prompts)
    view = worked_off(network, batch)
    assert (view["completed"], view["failed"], view["outcalls"]) == (50, 0, 10)
    assert view["hits"] + view["collapsed"] == 40
    assert network.outcalls == 10
    assert set(output(network, batch).values()) == {"an answer"}
    again = worked_off(network, create(network, prompts))
    assert (again["completed"], again["outcalls"]) == (50, 0)
    assert again["hits"] + again["collapsed"] == 50
    assert network.outcalls == 10


def test_a_batch_goes_on_after_an_upgrade_in_the_middle(network: Network) -> None:
    """Every item has its result, once, though timers and heap are gone."""
    network.configure("batcher", lease_s=20)
    network.answer_model("an answer", times=12)
    batch = create(network, [f"prompt {place}" for place in range(12)])
    network.replica.advance(2)
    network.replica.advance(1)
    network.release()
    network.upgrade("batcher")
    view = worked_off(network, batch, 120)
    assert (view["status"], view["completed"]) == ("completed", 12)
    assert len(output(network, batch)) == 12
    assert network.query("batcher", "batch_status", batch, sender=OPERATOR)["Batch"] == view
