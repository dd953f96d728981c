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

from refrain.failures import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE_S = 2.0
"""What takes longer says that it goes on."""

_MILLISECONDS = 1000
_THOUSAND = 1000


def say(text: str) -> None:
    """Tell of progress or circumstance, apart from the result; coloured on a terminal only."""
    click.secho(text, err=True, dim=True, color=_color(sys.stderr.isatty()))


def show(text: str) -> None:
    """Print a result."""
    click.echo(text)


def show_part(text: str) -> None:
    """Print a part of a result at once, without ending its line."""
    click.echo(text, nl=False)
    sys.stdout.flush()


def show_json(value: dict[str, Any] | list[dict[str, Any]]) -> None:
    """Print a result for a program."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def on_terminal() -> bool:
    """Whether a person reads standard error."""
    return sys.stderr.isatty()


@contextmanager
def patience(text: str | Callable[[], str], *, pause_s: float = PATIENCE_S) -> Iterator[None]:
    """Say every few seconds that the block still runs, or how far it is by then."""
    done = threading.Event()
    started = time.monotonic()

    def remind() -> None:
        while not done.wait(pause_s):
            told = text if isinstance(text, str) else text()
            say(f"{told} ({time.monotonic() - started:.0f} s)")

    thread = threading.Thread(target=remind, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextmanager
def refusals_shown(as_json: bool) -> Iterator[None]:  # noqa: FBT001 - click's way
    """Print a refusal out of the block for a program too, before it goes on as the error it is."""
    try:
        yield
    except Refused as error:
        if as_json:
            show_json({"refused": error.refusal, "message": str(error)})
        raise


def duration(seconds: float) -> str:
    """A time as a person says it: 8 ms, 2.4 s."""
    return f"{seconds * _MILLISECONDS:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def age(seconds: float) -> str:
    """A span as a person says it, rounded to its largest unit: 45 s, 12 min, 3 h, 6 d."""
    for unit, unit_s in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= unit_s:
            return f"{seconds / unit_s:.0f} {unit}"
    return f"{max(0, seconds):.0f} s"


def sized(size_bytes: int) -> str:
    """A number of bytes as a person says it: 812 bytes, 1.3 kB, 64.0 MB."""
    if size_bytes < _THOUSAND:
        return counted(size_bytes, "byte")
    size, units = size_bytes / _THOUSAND, ["kB", "MB", "GB"]
    while size >= _THOUSAND and len(units) > 1:
        size, units = size / _THOUSAND, units[1:]
    return f"{size:,.1f} {units[0]}"


def counted(number: int, singular: str) -> str:
    """A number with its noun: 1 outcall, 2 outcalls."""
    return f"{number:,} {singular}" + ("" if number == 1 else "s")


def _color(terminal: bool) -> bool:  # noqa: FBT001 - one private caller
    return terminal and "NO_COLOR" not in os.environ
