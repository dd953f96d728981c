"""One daemon per state folder: a lock that ends with its process, however that ends.

POSIX record locks, not `flock`: the replica forks workers, and a forked process would keep an
`flock` alive after the daemon was killed.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from refrain.failures import RefrainError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PATIENCE_S = 1.0
_PAUSE_S = 0.02


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold the lock and keep this process's id in its file.

    Raises:
        RefrainError: another daemon holds it.
    """
    with path.open("a+", encoding="utf-8") as file:
        if not _acquire(file.fileno()):
            raise RefrainError(f"Another daemon already uses {path.parent}.")
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def holder(path: Path) -> int | None:
    """The process that holds the lock, None when nobody does."""
    try:
        with path.open(encoding="utf-8") as file:
            if _try(file.fileno(), fcntl.LOCK_SH):
                return None
            return int(file.read() or 0) or None
    except FileNotFoundError:
        return None


def _acquire(descriptor: int) -> bool:
    # A command that asks who holds the lock has it for an instant: try for a moment.
    deadline = time.monotonic() + _PATIENCE_S
    while not _try(descriptor, fcntl.LOCK_EX):
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE_S)
    return True


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.lockf(descriptor, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
