"""What it takes to add a second cache: messages, and instructions by the replica's estimate.

`python -m benchmarks.moving` fills one cache with answers of 2,000 characters, adds another one,
counts until nothing moves any more, and writes benchmarks/results/moving.json and .md.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.bench_network import OPERATOR, ROOMY, BenchNetwork, canister_program
from benchmarks.scenarios import UnexpectedOutcomeError
from refrain.daemon.deployment import INITIAL_CYCLES

RESULTS = Path(__file__).parent / "results"
SIZES = (1_000, 10_000)
ADDED = "added"
_MILLION = 1_000_000
_HEAD = """\
# Adding a second cache

`python -m benchmarks.moving` writes this page. Instructions are the replica's estimate, in M;
docs/decisions/012 says what it is worth. A message may use 40,000.

| answers | moved | messages | page read | page taken | batcher's largest | all, for each moved |
|---|---|---|---|---|---|---|
"""


class Moved(NamedTuple):
    """A move: the answers before it, those that moved, messages, and millions of instructions."""

    answers: int
    moved: int
    messages: int
    largest_out: float
    largest_in: float
    largest_of_batcher: float
    each: float


class Watch:
    """Notes each message with the instructions that were spent until it began."""

    def __init__(self, network: BenchNetwork) -> None:
        """Watch the messages of a network from now on."""
        self._network = network
        self.seen: list[tuple[str, str, int]] = []
        network.replica.kernel.fault = self

    def __call__(self, canister: str, _kind: str, method: str) -> str | None:
        """Take part in a message, without doing anything to it."""
        self.seen.append((canister, method, self.spent()))
        return None

    def spent(self) -> int:
        """Count the instructions so far."""
        return int(self._network.replica.traffic()["instructions"])

    def costs(self) -> list[tuple[str, str, float]]:
        """Return the canister, the method and the millions of instructions of each message."""
        ends = [spent for _, _, spent in self.seen[1:]] + [self.spent()]
        return [
            (canister, method, (end - spent) / _MILLION)
            for (canister, method, spent), end in zip(self.seen, ends, strict=True)
        ]


def counted_move(network: BenchNetwork, answers: int) -> Moved:
    """Fill the cache, and add one to it."""
    network.fill(answers)
    replica = network.replica
    cache = replica.create_canister(controller=OPERATOR, cycles=INITIAL_CYCLES)
    replica.install(cache, canister_program("cache"), sender=OPERATOR)
    network.ids[ADDED] = cache
    network.update(ADDED, "allow_writer", network.ids["batcher"])
    watch = Watch(network)
    began = watch.spent()
    if "Ok" not in network.update("batcher", "add_cache", cache):
        raise UnexpectedOutcomeError("the cache was not added")
    while (told := network.query("batcher", "shards"))["legs"]:
        replica.advance(1)
    costs = watch.costs()
    replica.kernel.fault = None

    def largest(name: str, *methods: str) -> float:
        of = (cost for one, method, cost in costs if one == network.ids[name] and method in methods)
        return round(max(of), 1)

    return Moved(
        answers,
        told["moved"],
        len(costs),
        largest("cache", "move_out"),
        largest(ADDED, "move_in"),
        largest("batcher", "", "add_cache"),
        round((watch.spent() - began) / _MILLION / told["moved"], 1),
    )


def counted(answers: int) -> Moved:
    """Count a move on a network of its own."""
    network = BenchNetwork()
    try:
        network.configure_cache(**{**ROOMY, "max_entries": 2 * max(SIZES)})
        return counted_move(network, answers)
    finally:
        network.close()


def page(moves: list[Moved]) -> str:
    """The figures as a page."""
    return _HEAD + "".join(f"| {' | '.join(f'{one:,}' for one in move)} |\n" for move in moves)


def read() -> list[Moved]:
    """The figures as they were committed."""
    rows: list[dict[str, Any]] = json.loads((RESULTS / "moving.json").read_text())
    return [Moved(**row) for row in rows]


def main() -> None:
    """Count, and write both files."""
    moves = [counted(answers) for answers in SIZES]
    rows = [move._asdict() for move in moves]
    (RESULTS / "moving.json").write_text(json.dumps(rows, indent=2) + "\n")
    (RESULTS / "moving.md").write_text(page(moves))


if __name__ == "__main__":
    main()
