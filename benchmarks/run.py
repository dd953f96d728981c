"""Measures everything and writes benchmarks/results; `make bench` runs it, within a minute."""

from __future__ import annotations

import json
import os
import platform
import sys
from pathlib import Path
from time import perf_counter

from benchmarks.report import counted_part, timed_part
from benchmarks.scenarios import counted_sizes
from benchmarks.wall_times import ENTRIES, goals, operations

RESULTS = Path(__file__).parent / "results"
COUNTED_FILE = RESULTS / "counted.json"
REPORT_FILE = RESULTS / "RESULTS.md"


def main() -> None:
    """Count, time, write."""
    started = perf_counter()
    machine = f"{os.cpu_count()} CPUs, Python {platform.python_version()}, {sys.platform}"
    timed = timed_part(machine, ENTRIES, operations(), goals())
    print("timed; counting at 100, 1,000 and 10,000 entries")
    results = counted_sizes()
    COUNTED_FILE.write_text(json.dumps(results, indent=1) + "\n")
    REPORT_FILE.write_text(counted_part(results) + timed)
    print(f"{REPORT_FILE} written, {perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
