"""What a person sees: progress on standard error, results on standard output."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE_S = 2.0
"""What takes longer says that it goes on."""

_MILLISECONDS = 1000


def say(text: str) -> None:
    """Tell of progress or circumstance, apart from the result; coloured on a terminal only."""
    click.secho(text, err=True, dim=True, color=_color(sys.stderr.isatty()))


def show(text: str) -> None:
    """Print a result."""
    click.echo(text)


def show_json(value: dict[str, Any] | list[dict[str, Any]]) -> None:
    """Print a result for a program."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def on_terminal() -> bool:
    """Whether a person reads standard error."""
    return sys.stderr.isatty()


@contextmanager
def patience(text: str, *, pause_s: float = PATIENCE_S) -> Iterator[None]:
    """Say every few seconds that the block still runs."""
    done = threading.Event()
    started = time.monotonic()

    def remind() -> None:
        while not done.wait(pause_s):
            say(f"{text} ({time.monotonic() - started:.0f} s)")

    thread = threading.Thread(target=remind, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def duration(seconds: float) -> str:
    """A time as a person says it: 8 ms, 2.4 s."""
    return f"{seconds * _MILLISECONDS:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def counted(number: int, singular: str) -> str:
    """A number with its noun: 1 outcall, 2 outcalls."""
    return f"{number:,} {singular}" + ("" if number == 1 else "s")


def _color(terminal: bool) -> bool:  # noqa: FBT001 - one private caller
    return terminal and "NO_COLOR" not in os.environ
