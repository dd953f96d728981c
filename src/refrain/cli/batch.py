"""`refrain batch`: a file of requests in OpenAI's batch form, and a file of their results."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from refrain.cli.network_options import Elsewhere, network_options
from refrain.cli.options import json_option, state_option
from refrain.cli.screen import (
    counted,
    duration,
    on_terminal,
    refusals_shown,
    say,
    show,
    show_json,
)
from refrain.client.batch_progress import Progress
from refrain.client.batch_reading import read_batch
from refrain.client.batch_writing import result_line
from refrain.client.batching import BatchRun, run_batch
from refrain.client.connection import connect
from refrain.failures import PartlyFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from refrain.client.asking import Asked
    from refrain.state.folder import StateFolder

INTERRUPTED = 130
"""What a shell calls a command that was ended by ctrl-C."""


@click.command("batch")
@click.argument("file", metavar="IN.jsonl", type=click.File(encoding="utf-8"))
@click.option(
    "-o",
    "--output",
    metavar="OUT.jsonl",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the results go, in the order of the requests.",
)
@click.option("--model", metavar="MODEL", help="Ask this one, whatever the lines say.")
@click.option(
    "--window",
    "window_s",
    type=click.IntRange(10, 86_400),
    default=3_600,
    show_default=True,
    metavar="SECONDS",
    help="What is not begun by then is not asked.",
)
@state_option
@network_options
@json_option
def batch_command(  # noqa: PLR0913 - click's way
    *,
    file: IO[str],
    output: Path,
    model: str | None,
    window_s: int,
    folder: StateFolder,
    elsewhere: Elsewhere,
    as_json: bool,
) -> None:
    """Ask all requests of IN.jsonl ("-" for standard input) and write their results.

    A line is OpenAI's: {"custom_id": ..., "method": "POST", "url": "/v1/chat/completions", "body":
    {...}}. What was answered before, or stands twice, costs no outcall.

    Interrupted, the batcher works on; the same command goes on where it was. It ends with 0 if
    every request was answered, 5 if some were not (their lines say why), 1 if the batch was
    refused, 130 if it was interrupted.
    """
    started = time.monotonic()
    connection, batcher = _reached(folder, elsewhere)
    lines = read_batch(file, connection.query("batcher", "models"), model)
    progress = Progress(output, lines, batcher)
    if progress.is_resumed:
        say(f"going on with {counted(len(progress.parts), 'batch')} of an earlier run")
    with refusals_shown(as_json):
        rows, counts = _run(BatchRun(connection, lines, progress, window_s, _unheard))
    found = [rows[line.custom_id] for line in lines if line.custom_id in rows]
    output.write_text("".join([result_line(*row) + "\n" for row in found]), encoding="utf-8")
    facts = {"requests": len(lines), **counts, "elapsed_s": round(time.monotonic() - started, 3)}
    if as_json:
        show_json(facts)
    else:
        show(closing_line(facts))
    unanswered = len(lines) - counts["completed"]
    if unanswered:
        raise PartlyFailed(f"{counted(unanswered, 'request')} not answered: see {output}")


def closing_line(facts: dict[str, Any]) -> str:
    """What a batch came to, in one line."""
    repeats = facts["hits"] + facts["collapsed"]
    parts = [
        f"{facts['completed']:,} of {facts['requests']:,} answered",
        counted(facts["outcalls"], "outcall"),
        counted(facts["hits"], "hit"),
        f"{facts['collapsed']:,} shared",
        f"{repeats:,} at no outcall of their own",
        duration(facts["elapsed_s"]),
    ]
    return " · ".join(parts)


def _reached(folder: StateFolder, elsewhere: Elsewhere) -> tuple[Asked, str]:
    remote = elsewhere.connect()
    if remote is not None:
        return remote, remote.batcher
    connection = connect(folder)
    return connection, connection.canisters["batcher"]


def _unheard(_done: int) -> None:
    """Tell nobody."""


def _run(run: BatchRun) -> tuple[dict[str, tuple[int, dict[str, Any]]], dict[str, int]]:
    """Run with a bar for a person, and say how to go on after an interruption."""
    try:
        if not on_terminal():
            return run_batch(run)
        with click.progressbar(length=len(run.lines), label="answered", file=sys.stderr) as bar:
            return run_batch(run._replace(told=_moving(bar)))
    except KeyboardInterrupt:
        say("Interrupted; the batcher works on. The same command again goes on from here.")
        raise click.exceptions.Exit(INTERRUPTED) from None


def _moving(bar: Any) -> Callable[[int], None]:
    def move(done: int) -> None:
        bar.update(done - bar.pos)

    return move
