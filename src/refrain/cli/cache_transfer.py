"""`refrain cache export` and `import`: all answers to a file and from it, resumable."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from refrain.cli.options import json_option, state_option
from refrain.cli.screen import (
    counted,
    on_terminal,
    patience,
    refusals_shown,
    say,
    show,
    show_json,
    sized,
)
from refrain.client.cache_export import Exported, export
from refrain.client.cache_import import Imported, failures, import_file
from refrain.client.connection import connect

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from refrain.state.folder import StateFolder


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@state_option
@json_option
def export_command(folder: StateFolder, as_json: bool, file: Path) -> None:  # noqa: FBT001 - click's way
    """Write every answer to FILE, one JSON object with its checksum a line.

    How far it is stands in FILE.cursor until it is done: the same command goes on from there.
    Failures that are remembered stay behind, and what is purged.
    """
    state = Exported(0, 0, "")
    with (
        refusals_shown(as_json),
        _patience(lambda: f"exporting: {counted(state.answers, 'answer')}"),
    ):
        for number, state in enumerate(export(connect(folder), file)):
            if number == 0 and state.answers:
                say(f"going on behind {counted(state.answers, 'answer')}")
    if as_json:
        show_json({"answers": state.answers, "bytes": state.size_bytes})
    else:
        show(f"Exported {counted(state.answers, 'answer')}, {sized(state.size_bytes)}.")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@state_option
@json_option
@click.pass_context
def import_command(
    context: click.Context, *, folder: StateFolder, as_json: bool, file: Path
) -> None:
    """Take the answers that `refrain cache export` wrote to FILE.

    How far it is stands in FILE.progress until it is done: the same command goes on from there.
    What is there already and as new is left. A damaged line is told by its number and does not stop
    the rest; the command then ends with 1.
    """
    state = Imported(0, {}, [])
    failed: list[tuple[int, str]] = []
    with refusals_shown(as_json), _patience(lambda: f"importing: line {state.line:,}"):
        for number, state in enumerate(import_file(connect(folder), file)):
            if number == 0 and state.line:
                say(f"going on behind line {state.line:,}")
            failed += state.failed
            for line, outcome in () if as_json else state.failed:
                show(f"line {line:,}: {outcome}")
    if as_json:
        lines = [{"line": line, "outcome": outcome} for line, outcome in failed]
        show_json({"lines": state.line, "told": state.told, "failed": lines})
    else:
        show(import_line(state))
    context.exit(1 if failures(state.told) else 0)


def import_line(state: Imported) -> str:
    """What became of all lines, those of a former run too."""
    told = [f"{count:,} {outcome}" for outcome, count in sorted(state.told.items())]
    return f"Read {counted(state.line, 'line')}: {', '.join(told) or 'no answers'}."


def _patience(told: Callable[[], str]) -> AbstractContextManager[None]:
    return patience(told) if on_terminal() else nullcontext()
