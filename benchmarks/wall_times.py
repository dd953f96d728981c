"""What is timed: ratios between operations of one run, and the replica's own goals.

One caller, who pauses between two calls as a caller does; where it says so, none.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.bench_network import ANSWER, OPERATOR, BenchNetwork, request
from kybra_replica.kernel.replica import Replica
from kybra_replica.program.load import load_program

if TYPE_CHECKING:
    from collections.abc import Callable

SHELF = Path(__file__).parent / "toys" / "shelf" / "main.py"
ENTRIES = 1_000
SAMPLES = 100
PAUSE_S = 0.003
STARTS = 5
FIRST_ANSWER = f"""
from pathlib import Path
from kybra_replica.kernel.replica import Replica
from kybra_replica.program.load import load_program
with Replica() as replica:
    shelf = replica.create_canister()
    replica.install(shelf, load_program(Path({str(SHELF)!r}), []))
    replica.query(shelf, "read", "key")
    print("answered", flush=True)
"""


class Timing(NamedTuple):
    """Milliseconds of one kind of call."""

    median_ms: float
    p95_ms: float


def goals() -> dict[str, tuple[Timing, float]]:
    """The replica's goals: what was measured, and the median in ms that is aimed at."""
    with TemporaryDirectory() as folder, Replica(state=Path(folder)) as replica:
        shelf = replica.create_canister()
        replica.install(shelf, load_program(SHELF, []))
        keys = [f"{number:016x}" for number in range(SAMPLES)]
        writes = iter(keys * 2)
        reads = iter(keys * 2)

        def write() -> None:
            replica.update(shelf, "write", next(writes), ANSWER[:1_000])

        def read() -> None:
            replica.query(shelf, "read", next(reads))

        return {
            "update that writes one map entry": (timed(write), 4.0),
            "the same, without a pause": (timed(write, pause_s=0), 4.0),
            "query of one map entry": (timed(read), 2.0),
            "query, without a pause": (timed(read, pause_s=0), 2.0),
            "start of a process to its first answer": (_starts(), 2_000.0),
        }


def operations() -> dict[str, Timing]:
    """Hit, miss and put on a cache of `ENTRIES` answers, the model mocked."""
    with TemporaryDirectory() as folder:
        network = BenchNetwork(Path(folder))
        try:
            network.ask_model(0)
            network.fill(ENTRIES)
            return _timed_operations(network)
        finally:
            network.close()


def _timed_operations(network: BenchNetwork) -> dict[str, Timing]:
    new = iter(range(1, SAMPLES + 1))
    free = iter(range(-SAMPLES, 0))
    replica, cache = network.replica, network.ids["cache"]

    def look_up() -> None:
        replica.query(cache, "lookup", request(0), sender=OPERATOR)

    return {
        "hit by lookup (query)": timed(look_up),
        "hit by ask": timed(lambda: network.ask(0)),
        "put": timed(lambda: network.put(next(free))),
        "miss (mocked outcall)": timed(lambda: network.ask_model(next(new))),
    }


def timed(
    action: Callable[[], object], *, samples: int = SAMPLES, pause_s: float = PAUSE_S
) -> Timing:
    """How long `action` takes, again and again."""
    taken = []
    for _ in range(samples):
        time.sleep(pause_s)
        started = time.perf_counter()
        action()
        taken.append((time.perf_counter() - started) * 1_000)
    return Timing(median(taken), quantiles(taken, n=20)[-1])


def _starts() -> Timing:
    return timed(_first_answer, samples=STARTS)


def _first_answer() -> None:
    command = [sys.executable, "-c", FIRST_ANSWER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 (our own code)
        assert process.stdout is not None  # noqa: S101 (asked for above)
        process.stdout.readline()
