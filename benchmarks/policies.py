"""Miss ratios of the eviction policies beside libCacheSim's, and what a hit and a put cost.

    python -m benchmarks.policies

writes benchmarks/results/policies.json and policies.md. The recorded conversations are read from
the folder that REFRAIN_DATA names, or ../shared/data.
"""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import libcachesim

from benchmarks.policy_operations import counted, instructions
from refrain.simulation import SimulatedCache, simulate
from refrain.traces.access import Access
from refrain.traces.trace_formats import read_trace
from refrain_core.policies.policy_choice import POLICY_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
RESULTS_FILE = ROOT / "benchmarks" / "results" / "policies.json"
REPORT_FILE = RESULTS_FILE.with_suffix(".md")
REFERENCES = {
    "lru": libcachesim.LRU,
    "sieve": libcachesim.Sieve,
    "s3fifo": libcachesim.S3FIFO,
    "cost": libcachesim.GDSF,
}
HEAD = """\
# Eviction policies

`python -m benchmarks.policies` measures all of it again. Miss ratios of requests: ours, and in
brackets libCacheSim's (0.3.5) policy of that name, GDSF beside `cost`. A capacity is in objects, or
in bytes where it says so.

| trace | capacity | {names} |
|---|---|{dashes}|
"""
PRICES = """
## Counted

The mean hit, and the mean put with an eviction of a full cache of 1,000 entries, renewals of the
dict included: operations by the opcode, and instructions by the prices of the real runtime, an
element of a list priced as one of a dict (an upper bound); arithmetic comes on top.

| | methods | attributes | globals | reads | writes | instructions |
|---|---|---|---|---|---|---|
"""


def size_of(key: int) -> int:
    """Give each key a size of its own, as the tests do."""
    return 200 + key * 7_919 % 4_000


def traces() -> Iterator[tuple[str, list[int], tuple[int, int], bool]]:
    """Yield the name, the keys, two capacities, and whether they are in bytes."""
    folder = Path(os.environ.get("REFRAIN_DATA") or ROOT.parent / "shared" / "data")
    path = folder / "mooncake_conversation_trace.jsonl"
    blocks = [int(str(access.key)) for access in read_trace(path, "mooncake")]
    yield "Mooncake conversations, blocks", blocks, (1_827, 18_279), False
    yield "the same, made-up sizes", blocks, (3_000_000, 30_000_000), True
    for exponent in (1.0, 0.8):
        weights = [1 / (rank + 1) ** exponent for rank in range(20_000)]
        keys = random.Random(7).choices(range(20_000), weights, k=200_000)  # noqa: S311 - a benchmark
        yield f"Zipf {exponent}, 20,000 keys", keys, (200, 2_000), False
        yield "the same, made-up sizes", keys, (400_000, 4_000_000), True


def ratios(keys: list[int], capacity: int, *, by_bytes: bool) -> dict[str, dict[str, float]]:
    """Run all policies, ours and theirs, on one trace at one capacity."""
    caches = [SimulatedCache(name, capacity, by_bytes=by_bytes) for name in POLICY_NAMES]
    simulate((Access(key, size_of(key)) for key in keys), caches)
    return {
        cache.policy_name: {
            "ours": round(cache.misses / len(keys), 4),
            "libcachesim": _reference(cache.policy_name, keys, capacity, by_bytes=by_bytes),
        }
        for cache in caches
    }


def _reference(name: str, keys: list[int], capacity: int, *, by_bytes: bool) -> float:
    cache = REFERENCES[name](capacity, hashpower=18)
    request = libcachesim.Request()
    misses = 0
    for key in keys:
        request.obj_id = key
        request.obj_size = size_of(key) if by_bytes else 1
        misses += not cache.get(request)
    return round(misses / len(keys), 4)


def report(results: dict[str, Any]) -> str:
    """Write the tables."""
    text = HEAD.format(names=" | ".join(POLICY_NAMES), dashes="---|" * len(POLICY_NAMES))[:-3]
    text += "|\n"
    for row in results["miss_ratios"]:
        cells = [
            f"{row[name]['ours']:.4f} ({row[name]['libcachesim']:.4f})" for name in POLICY_NAMES
        ]
        unit = " bytes" if row["by"] == "bytes" else ""
        text += f"| {row['trace']} | {row['capacity']:,}{unit} | {' | '.join(cells)} |\n"
    text += PRICES
    for name, calls in results["operations"].items():
        for call, operations in calls.items():
            cells = [f"{number:g}" for number in operations.values()]
            text += f"| {name}, {call} | {' | '.join(cells)} | {instructions(operations):,} |\n"
    return text


def main() -> None:
    """Measure, count, write."""
    rows = []
    for name, keys, capacities, by_bytes in traces():
        for capacity in capacities:
            by = "bytes" if by_bytes else "objects"
            row = {"trace": name, "capacity": capacity, "by": by}
            rows.append(row | ratios(keys, capacity, by_bytes=by_bytes))
    results = {"miss_ratios": rows, "operations": {name: counted(name) for name in POLICY_NAMES}}
    RESULTS_FILE.write_text(json.dumps(results, indent=1) + "\n")
    REPORT_FILE.write_text(report(results))
    print(report(results))


if __name__ == "__main__":
    main()
