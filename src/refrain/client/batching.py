"""A file of requests from start to end: batches created, followed, and read in pages."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from refrain.client.batch_progress import Part, Progress
from refrain.client.refusal_texts import refused
from refrain.failures import RefrainError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from refrain.client.asking import Asked
    from refrain.client.batch_reading import AskedLine

MAX_LINES = 500
MAX_BYTES = 1_400_000
"""What the batcher takes at once, with room for the message around it."""

PAUSE_S = 1.0
FINAL = frozenset(("completed", "failed", "expired", "cancelled"))
COUNTS = ("completed", "failed", "outcalls", "hits", "collapsed", "charged_cycles")


class BatchRun(NamedTuple):
    """What to ask, of whom, and until when; `told` hears how many are done so far."""

    connection: Asked
    lines: Sequence[AskedLine]
    progress: Progress
    window_s: int
    told: Callable[[int], None]


def run_batch(run: BatchRun) -> tuple[dict[str, tuple[int, dict[str, Any]]], dict[str, int]]:
    """Have all lines asked; return each custom_id's batch and row, and the sums of the counts.

    Raises:
        Refused: the batcher takes no such batch.
        RefrainError: it found fault with lines.
    """
    _know_all_parts(run)
    for part, lines in _to_create(run):
        run.progress.add(Part(_created(run, lines), part))
    views = _followed(run)
    rows: dict[str, tuple[int, dict[str, Any]]] = {}
    for view in views:
        _refuse_faults(view)
        for row in _rows(run.connection, view["batch"]):
            rows[row["custom_id"]] = (view["batch"], row)
    run.progress.done()
    return rows, {name: sum(view[name] for view in views) for name in COUNTS}


def _know_all_parts(run: BatchRun) -> None:
    """Begin anew if the batcher has forgotten what was begun; its cache has not."""
    for part in run.progress.parts:
        if "Refused" in run.connection.query("batcher", "batch_status", part.batch):
            run.progress.restart()
            return


def _to_create(run: BatchRun) -> Iterator[tuple[int, Sequence[AskedLine]]]:
    """Cut what is in no batch yet into batches."""
    start = sum(part.lines for part in run.progress.parts)
    while start < len(run.lines):
        end, size = start, 0
        while end < len(run.lines) and end - start < MAX_LINES:
            size += len(run.lines[end].text.encode()) + 1
            if size > MAX_BYTES and end > start:
                break
            end += 1
        yield end - start, run.lines[start:end]
        start = end


def _created(run: BatchRun, lines: Sequence[AskedLine]) -> int:
    request = {"lines": "\n".join(line.text for line in lines), "window_s": run.window_s}
    while True:
        result = run.connection.update("batcher", "batch_create", request)
        refusal = result.get("Refused")
        if refusal is None:
            return int(result["Batch"]["batch"])
        if "Busy" not in refusal or not run.progress.parts:
            raise refused(refusal)
        # Earlier batches of ours fill the batcher: it takes more as they end.
        _views(run)
        time.sleep(PAUSE_S)


def _followed(run: BatchRun) -> list[dict[str, Any]]:
    while True:
        views = _views(run)
        if all(view["status"] in FINAL for view in views):
            return views
        time.sleep(PAUSE_S)


def _views(run: BatchRun) -> list[dict[str, Any]]:
    views = []
    for part in run.progress.parts:
        result = run.connection.query("batcher", "batch_status", part.batch)
        if "Refused" in result:
            raise refused(result["Refused"])
        views.append(result["Batch"])
    run.told(sum(view["completed"] + view["failed"] for view in views))
    return views


def _rows(connection: Asked, batch: int) -> Iterator[dict[str, Any]]:
    for method in ("batch_output", "batch_errors"):
        start: int | None = 0
        while start is not None:
            result = connection.query("batcher", method, batch, start)
            if "Refused" in result:
                raise refused(result["Refused"])
            yield from result["Page"]["rows"]
            start = result["Page"]["next"]


def _refuse_faults(view: dict[str, Any]) -> None:
    if view["status"] == "failed":
        told = "; ".join(f"line {fault['line']}: {fault['message']}" for fault in view["faults"])
        raise RefrainError(f"The batcher found fault with the batch: {told}")
