"""Outcalls and answers a second of the real small model, batched against not.

    python -m benchmarks.batched_model [COUNT]

starts a network with the model in a folder of its own, asks COUNT distinct prompts (100) as one
batch with windows of one request, then as many others with windows of sixteen, and writes
benchmarks/results/batched_model.json and batched_model.md. Times are of the machine it runs on.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refrain.client.batch_progress import Progress
from refrain.client.batch_reading import read_batch
from refrain.client.batching import BatchRun, run_batch
from refrain.client.connection import connect
from refrain.state.folder import StateFolder

if TYPE_CHECKING:
    from refrain.client.connection import Connection

RESULTS_FILE = Path(__file__).parent / "results" / "batched_model.json"
REPORT_FILE = RESULTS_FILE.with_suffix(".md")
SIZES = (1, 16)
MAX_TOKENS = 16
COUNT = 100
WINDOW_S = 3_600
HEAD = """\
# The real model, batched and not

`python -m benchmarks.batched_model` measures it again: {count} distinct prompts each time, {tokens}
tokens at most, SmolLM2 135M behind its own server on the same machine, asked by `batch_create`.

| window | answered | outcalls | outcalls per 100 prompts | seconds | answers a second |
|---|---|---|---|---|---|
"""


def lines_of(size: int, count: int) -> list[str]:
    """Write `count` prompts that no other run asks, in OpenAI's batch form."""
    return [
        json.dumps(
            {
                "custom_id": f"{size}-{number}",
                "body": {
                    "messages": [
                        {"role": "user", "content": f"Say {number} plus {size} in words."}
                    ],
                    "max_tokens": MAX_TOKENS,
                    "temperature": 0,
                },
            }
        )
        for number in range(count)
    ]


def measured(connection: Connection, folder: Path, size: int, count: int) -> dict[str, Any]:
    """Ask them as one batch, with windows of `size`."""
    settings = connection.query("batcher", "settings")
    connection.update("batcher", "configure", {**settings, "window_size": size})
    lines = read_batch(lines_of(size, count), [connection.model], connection.model)
    progress = Progress(folder / f"{size}.jsonl", lines, connection.canisters["batcher"])
    before = connection.query("infer", "counters")["outcalls"]
    started = time.monotonic()
    _, counts = run_batch(BatchRun(connection, lines, progress, WINDOW_S, _unheard))
    elapsed_s = time.monotonic() - started
    outcalls = connection.query("infer", "counters")["outcalls"] - before
    return {
        "size": size,
        "requests": count,
        "answered": counts["completed"],
        "outcalls": outcalls,
        "outcalls_per_100": round(100 * outcalls / count, 1),
        "elapsed_s": round(elapsed_s, 1),
        "answers_each_s": round(counts["completed"] / elapsed_s, 2),
    }


def report(rows: list[dict[str, Any]]) -> str:
    """Write the table."""
    text = HEAD.format(count=rows[0]["requests"], tokens=MAX_TOKENS)
    for row in rows:
        figures = f"{row['outcalls']} | {row['outcalls_per_100']:g} | {row['elapsed_s']:.1f}"
        text += f"| {row['size']} | {row['answered']} | {figures} | {row['answers_each_s']:.2f} |\n"
    return text


def _unheard(_done: int) -> None:
    """Tell nobody."""


def main() -> None:
    """Start, measure, write, end."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    refrain = [sys.executable, "-c", "from refrain.cli.entry import main; main()"]
    with tempfile.TemporaryDirectory() as name:
        state = str(Path(name) / "state")
        subprocess.run([*refrain, "up", "--state", state], check=True)  # noqa: S603 - our own
        try:
            connection = connect(StateFolder(Path(state)))
            rows = [measured(connection, Path(name), size, count) for size in SIZES]
        finally:
            subprocess.run([*refrain, "down", "--state", state], check=True)  # noqa: S603
    RESULTS_FILE.write_text(json.dumps(rows, indent=1) + "\n")
    REPORT_FILE.write_text(report(rows))
    print(report(rows))


if __name__ == "__main__":
    main()
