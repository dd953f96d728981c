"""`refrain simulate`: what an eviction policy would have missed on a recorded trace."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import click

from refrain.cli.options import json_option
from refrain.cli.screen import on_terminal, patience, show, show_json
from refrain.simulation import SimulatedCache, simulate
from refrain.traces.trace_formats import READERS, format_of, read_trace
from refrain_core.policies.policy_choice import POLICY_NAMES

ALL = "all"


@click.command("simulate")
@click.argument("trace", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--policy",
    type=click.Choice([*POLICY_NAMES, ALL]),
    required=True,
    help="The policy, or all of them side by side.",
)
@click.option("--capacity", type=click.IntRange(min=1), required=True, help="The room, in objects.")
@click.option(
    "--by",
    type=click.Choice(["objects", "bytes"]),
    default="objects",
    show_default=True,
    help="What the capacity counts.",
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["auto", *READERS]),
    default="auto",
    show_default=True,
    help="The trace's format; auto looks at its first bytes.",
)
@json_option
def simulate_command(  # noqa: PLR0913 - click's way
    *, trace: Path, policy: str, capacity: int, by: str, format_name: str, as_json: bool
) -> None:
    """Run an eviction policy on the accesses of TRACE and count what it misses.

    It is the code that the cache canister runs, so that a policy can be chosen for a traffic before
    it is paid for. The file is read piece by piece, in one pass.

    \b
    lru     the answer whose last use is longest ago goes first
    sieve   a hit marks; a hand takes the oldest that has no mark
    s3fifo  a newcomer has to be hit twice to stay for long
    cost    what is cheap to ask again, for each byte it takes, goes first

    \b
    keys            a key on each line; optionally, behind tabs, its size in bytes and its cost
    mooncake        JSON lines; each of the `hash_ids` of a request is one access
    oracle-general  libCacheSim's binary records of 24 bytes
    """  # noqa: D301 - \b is click's mark of lines that stay as they are
    found = format_of(trace) if format_name == "auto" else format_name
    names = POLICY_NAMES if policy == ALL else (policy,)
    caches = [SimulatedCache(name, capacity, by_bytes=by == "bytes") for name in names]
    with patience("simulating") if on_terminal() else contextlib.nullcontext():
        simulate(read_trace(trace, found), caches)
    facts = {"trace": trace.name, "format": found, "capacity": capacity, "by": by}
    if as_json:
        show_json(_as_json(facts, caches))
        return
    show(f"{trace.name} ({found}), {capacity:,} {by}, {caches[0].requests:,} requests")
    for cache in caches:
        show(_line(cache))


def _as_json(facts: dict[str, Any], caches: list[SimulatedCache]) -> dict[str, Any]:
    """One policy's counts stand at the top; several stand in a list."""
    rows = [{"policy": cache.policy_name, **cache.counts()} for cache in caches]
    if len(rows) == 1:
        return {**facts, **rows[0]}
    return {**facts, "requests": caches[0].requests, "policies": rows}


def _line(cache: SimulatedCache) -> str:
    counts = cache.counts()
    line = f"{cache.policy_name:8}misses {cache.misses:,}  miss ratio {counts['miss_ratio']:.4f}"
    for name, shown in (("byte_miss_ratio", "of bytes"), ("cost_miss_ratio", "of costs")):
        if name in counts:
            line += f"  {shown} {counts[name]:.4f}"
    return line
