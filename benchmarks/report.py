"""RESULTS.md from the figures: counted ones first, since they are the same on every machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.scenarios import Counts
    from benchmarks.wall_times import Timing

MILLION = 1_000_000
HEAD = """\
# What a hit, a miss and a put cost

`make bench` measures all of it again and rewrites this folder; a test compares the counted part
with what the sources do now. Prompts have 1,000 characters, answers 2,000; one model, one sample,
an outcall of one node.

## Counted

The same on every machine. Instructions are estimates, from prices that a real runtime took:
instructions.md compares them. Cycles are what is burnt, on a subnet of 13 nodes, the outcall's fee
included.
"""
COLUMNS = {
    "updates": "updates",
    "callbacks": "callbacks",
    "timers": "timers",
    "queries": "queries",
    "calls": "calls",
    "map_gets": "gets",
    "map_inserts": "inserts",
    "map_removes": "removes",
    "map_scans": "scans",
    "map_bytes_read": "map bytes read",
    "map_bytes_written": "written",
    "outcalls": "outcalls",
    "http_requests": "HTTP requests",
    "outcall_request_bytes": "bytes sent",
    "outcall_response_bytes": "received",
}
WALL = """
## Timed

On the machine of the last run, with the model mocked: {machine}. Compare rows of one run, not runs.
One caller, 3 ms between two calls.

| {entries:,} entries | median ms | 95 % within ms | in plain queries |
|---|---|---|---|
"""
GOALS = """
## The replica's own goals

| | median ms | 95 % within ms | goal, median ms |
|---|---|---|---|
"""


def counted_part(results: dict[str, dict[str, Counts]]) -> str:
    """The heading and one table for each number of entries."""
    return HEAD + "".join(_counted_table(size, rows) for size, rows in results.items())


def timed_part(
    machine: str,
    entries: int,
    operations: dict[str, Timing],
    goals: dict[str, tuple[Timing, float]],
) -> str:
    """The tables of wall time."""
    plain = goals["query of one map entry"][0].median_ms
    rows = [
        f"| {name} | {each.median_ms:.2f} | {each.p95_ms:.2f} | {each.median_ms / plain:.1f} |"
        for name, each in operations.items()
    ]
    aims = [
        f"| {name} | {each.median_ms:.2f} | {each.p95_ms:.2f} | under {goal:,.0f} |"
        for name, (each, goal) in goals.items()
    ]
    return (
        WALL.format(machine=machine, entries=entries)
        + "\n".join(rows)
        + "\n"
        + GOALS
        + "\n".join(aims)
        + "\n"
    )


def _counted_table(size: str, rows: dict[str, Counts]) -> str:
    heads = [f"{int(size):,} entries", *COLUMNS.values(), "M instructions", "M cycles"]
    lines = [heads, ["---"] * len(heads), *(_row(name, each) for name, each in rows.items())]
    return "\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _row(name: str, counts: Counts) -> list[str]:
    instructions = counts["instructions"] + counts["query_instructions"]
    return [
        name,
        *(f"{counts[column]:,}" for column in COLUMNS),
        f"{instructions / MILLION:,.2f}",
        f"{counts['burned_cycles'] / MILLION:,.1f}",
    ]
