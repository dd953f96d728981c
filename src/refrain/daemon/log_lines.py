"""Lines of the daemon's log that are meant for the person who waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PROGRESS = "refrain: "
FAILURE = "refrain failed: "

_TAIL_LINES = 12


def progress(log: Path) -> list[str]:
    """What the daemon has said so far."""
    # The last piece may be half a line; it is read whole the next time.
    lines = log.read_text(errors="replace").split("\n")[:-1]
    return [line.removeprefix(PROGRESS) for line in lines if line.startswith(PROGRESS)]


def failure(log: Path) -> str | None:
    """Why the daemon ended, in its own words; None when it had none."""
    _, mark, reason = f"\n{log.read_text(errors='replace')}".rpartition(f"\n{FAILURE}")
    return "\n".join(reason.splitlines()[:_TAIL_LINES]) if mark else None


def tail(log: Path) -> str:
    """The log's last lines."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-_TAIL_LINES:])
