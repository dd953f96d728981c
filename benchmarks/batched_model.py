"""Outcalls and answers a second of the real small model, batched against not.

    python -m benchmarks.batched_model [COUNT]

starts a model of eight slots and a network that asks it, in a folder of its own, asks COUNT
distinct prompts (100) as one batch with windows of one request, then as many others with windows
of sixteen, and writes benchmarks/results/batched_model.json and batched_model.md. Times are of the
machine it runs on.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refrain.client.batch_progress import Progress
from refrain.client.batch_reading import read_batch
from refrain.client.batching import BatchRun, run_batch
from refrain.client.connection import connect
from refrain.local_model.child import remote_name
from refrain.local_model.weights import find_weights
from refrain.state.folder import StateFolder
from refrain.state.model_choice import SMOLLM2

if TYPE_CHECKING:
    from collections.abc import Iterator

    from refrain.client.connection import Connection

RESULTS_FILE = Path(__file__).parent / "results" / "batched_model.json"
REPORT_FILE = RESULTS_FILE.with_suffix(".md")
SIZES = (1, 16)
MAX_TOKENS = 16
COUNT = 100
SLOTS = 8
WINDOW_S = 3_600
HEAD = """\
# The real model, batched and not

`python -m benchmarks.batched_model` measures it again: {count} distinct prompts each time, {tokens}
tokens at most, SmolLM2 135M behind a server of {slots} slots on the same machine, asked by
`batch_create`. A window of 1 is up to 8 outcalls beside each other, since a provider has 8 workers.
Times are of two cores shared by the server, the replica and other work: compare outcalls first.

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


@contextmanager
def served_model() -> Iterator[str]:
    """The real model behind a server of several slots; its base URL."""
    command = [sys.executable, "-m", "refrain.local_model", "--name", remote_name(SMOLLM2)]
    command += ["--weights", str(find_weights()), "--slots", str(SLOTS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own
        lines = iter(server.stdout or ())
        yield next(line for line in lines if line.startswith("http://127.0.0.1:")).strip()
        server.terminate()


def report(rows: list[dict[str, Any]]) -> str:
    """Write the table."""
    text = HEAD.format(count=rows[0]["requests"], tokens=MAX_TOKENS, slots=SLOTS)
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
    with tempfile.TemporaryDirectory() as name, served_model() as url:
        state = str(Path(name) / "state")
        model = ["--model", SMOLLM2, "--endpoint", url]
        subprocess.run([*refrain, "up", "--state", state, *model], check=True)  # noqa: S603 - our own
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
