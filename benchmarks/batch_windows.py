"""How many recorded requests share an outcall, and how long a small tenant waits for a large one.

    PYTHONPATH=.:src:canisters/batcher python -m benchmarks.batch_windows

writes benchmarks/results/batch_windows.json and batch_windows.md. The recorded arrivals are read
from the folder that REFRAIN_DATA names, or ../shared/data.
"""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batcher_core.windows import MAX_BATCH
from benchmarks.window_replay import Arrival, Replay, Service, azure_arrivals, quantile

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
RESULTS_FILE = ROOT / "benchmarks" / "results" / "batch_windows.json"
REPORT_FILE = RESULTS_FILE.with_suffix(".md")
TRACE = "azure_llm_conversation_2023.csv"
WINDOWS_S = (0, 1, 2, 5)
CALLS = (1, 2, 4, 8, 16)
LOADS = (1.0, 1.5)
LARGE_TO_SMALL = 10
FIXED_MS = 2_000
EACH_MS = 250
MOST_WAITING = 512
SMALL, LARGE = "small", "large"
HEAD = """\
# Windows

`PYTHONPATH=.:src:canisters/batcher python -m benchmarks.batch_windows` measures all of it again:
the batcher's own windows, fair queue and batch sizes (`canisters/batcher/batcher_core`) over the
arrivals of Azure's LLM conversations of 2023 ({requests:,} requests, 5.5 a second), at most {most}
in a batch. A window of 0 s lets each go at once.

| window | batches | requests in one | largest | p50 wait | p95 wait |
|---|---|---|---|---|---|
"""
FAIRNESS = """
## A small tenant beside one of ten times its load

Each request is the large tenant's or, one in eleven, the small one's. A batch of n takes
{fixed} + {each} n ms; the trace is sped up until its load is the given multiple of what so many
calls at once can serve, so that the large tenant's row never empties. Windows are 1 s, the room
holds {waiting}, of which the large tenant gets half. "First come" is a row of as many for all.
"Refused" are the large tenant's, as Busy; none of the small one's is.

| calls at once | load | small alone, p95 | beside | ratio | first come | large, p95 | refused |
|---|---|---|---|---|---|---|---|
"""
FOOT = """
The ratio is below 2 from 8 calls on: a call then comes free every second or so. With few calls the
small tenant's next request is in the very next batch, but a full batch occupies its call for six
seconds, and nothing that is out is called back.
"""


def trace_file() -> Path:
    """Find the recorded arrivals."""
    return Path(os.environ.get("REFRAIN_DATA") or ROOT.parent / "shared" / "data") / TRACE


def window_rows(path: Path) -> list[dict[str, Any]]:
    """Run the trace through windows of each length."""
    arrivals = azure_arrivals(path, lambda _number: LARGE)
    rows = []
    for window_s in WINDOWS_S:
        run = Replay(window_s).run(arrivals)
        waits = [one.waited_s for one in run.went]
        row = {
            "window_s": window_s,
            "requests": len(run.went),
            "batches": len(run.batches),
            "average": round(len(run.went) / len(run.batches), 3),
            "largest": max(run.batches),
        }
        rows.append(row | {f"p{share}_s": _waited(waits, share) for share in (50, 95)})
    return rows


def two_tenants(path: Path, speed: float) -> list[Arrival]:
    """Give one request in eleven to the small tenant, at `speed` times the recorded rate."""
    drawn = random.Random(11)  # noqa: S311 - a benchmark
    arrivals = azure_arrivals(path, _owner(drawn))
    first_ns = arrivals[0].at_ns
    return [one._replace(at_ns=int((one.at_ns - first_ns) / speed)) for one in arrivals]


def fairness_row(path: Path, calls: int, load: float) -> dict[str, Any]:
    """Compare the small tenant's waits alone, beside the large one, and without fairness."""
    served_each_s = calls * MAX_BATCH * 1_000 / latency_ms(MAX_BATCH)
    recorded = azure_arrivals(path, lambda _number: LARGE)
    recorded_each_s = len(recorded) * 10**9 / (recorded[-1].at_ns - recorded[0].at_ns)
    both = two_tenants(path, served_each_s * load / recorded_each_s)
    service = Service(calls, latency_ms)
    beside = Replay(1, service, most_waiting=MOST_WAITING).run(both)
    alone = Replay(1, service, most_waiting=MOST_WAITING).run(
        [one for one in both if one.tenant == SMALL]
    )
    # Who shares a row is served by arrival, like anybody without fairness.
    mixed = [one._replace(tenant=LARGE) for one in both]
    first_come = Replay(1, service, most_waiting=2 * MOST_WAITING).run(mixed)
    alone_s, beside_s = _p95(alone, SMALL), _p95(beside, SMALL)
    return {
        "calls": calls,
        "load": load,
        "alone_s": alone_s,
        "beside_s": beside_s,
        "ratio": round(beside_s / alone_s, 2),
        "first_come_s": _p95(first_come, LARGE),
        "large_s": _p95(beside, LARGE),
        "large_refused": beside.refused.get(LARGE, 0),
        "small_refused": beside.refused.get(SMALL, 0),
    }


def latency_ms(size: int) -> int:
    """Say how long a batch of `size` takes in the replay."""
    return FIXED_MS + EACH_MS * size


def report(results: dict[str, Any]) -> str:
    """Write the tables."""
    windows = results["windows"]
    text = HEAD.format(requests=windows[0]["requests"], most=MAX_BATCH)
    for row in windows:
        waits = f"{row['p50_s']:.2f} s | {row['p95_s']:.2f} s"
        counts = f"{row['batches']:,} | {row['average']:.2f} | {row['largest']}"
        text += f"| {row['window_s']} s | {counts} | {waits} |\n"
    text += FAIRNESS.format(fixed=f"{FIXED_MS:,}", each=EACH_MS, waiting=MOST_WAITING)
    for row in results["fairness"]:
        waits = f"{row['alone_s']:.2f} s | {row['beside_s']:.2f} s | {row['ratio']:.2f}"
        others = f"{row['first_come_s']:.1f} s | {row['large_s']:.1f} s | {row['large_refused']:,}"
        text += f"| {row['calls']} | {row['load']:.1f} | {waits} | {others} |\n"
    return text + FOOT


def _owner(drawn: random.Random) -> Callable[[int], str]:
    return lambda _number: SMALL if drawn.randrange(LARGE_TO_SMALL + 1) == 0 else LARGE


def _p95(run: Replay, tenant: str) -> float:
    return _waited([one.waited_s for one in run.went if one.tenant == tenant], 95)


def _waited(waits: list[float], share: int) -> float:
    return round(quantile(waits, share / 100), 3)


def main() -> None:
    """Replay, write, show."""
    path = trace_file()
    fairness = [fairness_row(path, calls, load) for calls in CALLS for load in LOADS]
    results = {"windows": window_rows(path), "fairness": fairness}
    RESULTS_FILE.write_text(json.dumps(results, indent=1) + "\n")
    REPORT_FILE.write_text(report(results))
    print(report(results))


if __name__ == "__main__":
    main()
