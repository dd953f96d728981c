"""Whole scenarios of the three canisters: what a real runtime counted, and the replica's estimate.

benchmarks/recordings/*.json hold rows {"scenario", "instructions", "within_percent", "reason"}:
what was recorded, how far the estimate may be off, and why so far; further keys are notes. A
scenario that is not played here is an error, so that no recording lies about unused.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.bench_network import MODEL, OPERATOR, BenchNetwork
from benchmarks.instruction_rows import Compared
from benchmarks.scenarios import counted
from refrain.client.ask_request import AskOptions, ask_request

if TYPE_CHECKING:
    from collections.abc import Callable

RECORDINGS = Path(__file__).parent / "recordings"
FEW = 20
NEVER_ASKED = hashlib.sha256(b"never asked").hexdigest()


def recorded() -> list[dict[str, Any]]:
    """All rows of all recordings."""
    paths = sorted(RECORDINGS.glob("*.json"))
    return [row for path in paths for row in json.loads(path.read_text())]


def compared_scenarios() -> list[Compared]:
    """Each recording beside the estimate of the same scenario."""
    network = BenchNetwork()
    try:
        network.ask_model(0)
        network.fill(FEW)
        estimates = Scenarios(network).estimates()
    finally:
        network.close()
    return [
        Compared(
            row["scenario"],
            row["instructions"],
            estimates[row["scenario"]],
            row["within_percent"],
            row["reason"],
        )
        for row in recorded()
    ]


class Scenarios:
    """What the recordings did, done again."""

    def __init__(self, network: BenchNetwork) -> None:
        """Play on a network whose cache holds the first prompt's answer."""
        self._network = network

    def estimates(self) -> dict[str, int]:
        """The instructions of each scenario's updates and callbacks, or of its query."""
        network = self._network
        digest = network.query("cache", "lookup", asked("prompt 0 ".ljust(1_000, "p")))["Hit"][
            "digest"
        ]
        played: dict[str, Callable[[], object]] = {
            "fetch, hit": lambda: network.update("cache", "fetch", OPERATOR, digest, ""),
            "fetch, miss": lambda: network.update("cache", "fetch", OPERATOR, NEVER_ASKED, ""),
            "put of 2 kB": lambda: network.put(-1),
            "lookup, public miss": lambda: self._look("What is a node?", namespace="public"),
            "lookup, own miss": lambda: self._look("What is a node?"),
            "ask, miss": lambda: self._ask("What is a canister?"),
            "ask, hit": lambda: self._ask("What is a canister?"),
            "lookup, own hit": lambda: self._look("What is a canister?"),
        }
        network.expect_outcall()
        return {name: self._count(action) for name, action in played.items()}

    def _count(self, action: Callable[[], object]) -> int:
        counts = counted(self._network, action)
        return counts["instructions"] or counts["query_instructions"]

    def _look(self, prompt: str, **changes: str) -> None:
        self._network.query("cache", "lookup", {**asked(prompt), **changes})

    def _ask(self, prompt: str) -> None:
        replica, batcher = self._network.replica, self._network.ids["batcher"]
        call = replica.submit(batcher, "ask", asked(prompt), sender=OPERATOR)
        replica.run()
        self._network.release()
        replica.reply(call)["Answered"]


def asked(prompt: str) -> dict[str, Any]:
    """An AskRequest in its asker's own namespace."""
    return ask_request(AskOptions(prompt, MODEL, max_tokens=512, temperature_micros=0))
