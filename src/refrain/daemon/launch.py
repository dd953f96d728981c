"""Starting a detached daemon and watching it until it is ready; ending one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from refrain.daemon.log_lines import failure, progress, tail
from refrain.failures import MissingPart, NotUp, RefrainError
from refrain.state.folder import read_json
from refrain.state.lock import holder

if TYPE_CHECKING:
    from collections.abc import Callable

    from refrain.state.folder import StateFolder
    from refrain.state.model_choice import ModelChoice

READY_S = 180.0
END_S = 30.0
_PAUSE_S = 0.05
_QUIET_S = 2.0


def launch(
    folder: StateFolder,
    choice: ModelChoice,
    say: Callable[[str], None],
    *,
    ready_s: float = READY_S,
) -> int:
    """Start the folder's daemon in a session of its own; return its process id once it is ready.

    Raises:
        MissingPart: the local model is not installed.
        RefrainError: it ended or was not ready in time; the text holds its reason or log's tail.
    """
    with folder.log.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", "refrain.daemon", str(folder.path), *choice.arguments()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _Watch(process, folder, say).until_ready(ready_s)
    except BaseException:
        # Ctrl-C while it starts: no daemon is left behind half-started.
        process.terminate()
        process.wait()
        raise
    # The daemon outlives this process on purpose: its exit is nobody's to collect.
    process.returncode = 0
    return process.pid


def end(folder: StateFolder, *, end_s: float = END_S) -> None:
    """Ask the folder's daemon to stop, and wait until it has.

    Raises:
        NotUp: none runs.
        RefrainError: it was still stopping at the end of the wait.
    """
    pid = holder(folder.lock)
    if pid is None:
        raise NotUp(f"No network runs in {folder.path}.")
    os.kill(pid, signal.SIGTERM)
    await_end(folder, end_s)


def await_end(folder: StateFolder, end_s: float = END_S) -> None:
    """Wait until no daemon holds the folder; `RefrainError` if one still does after `end_s`."""
    deadline = time.monotonic() + end_s
    while (pid := holder(folder.lock)) is not None:
        if time.monotonic() > deadline:
            raise RefrainError(f"Process {pid} is still stopping. See {folder.log}.")
        time.sleep(_PAUSE_S)


class _Watch:
    """What the launcher knows of the daemon that it started."""

    def __init__(
        self, process: subprocess.Popen[bytes], folder: StateFolder, say: Callable[[str], None]
    ) -> None:
        self._process = process
        self._folder = folder
        self._say = say
        self._told = 0
        self._started = self._spoke = time.monotonic()

    def until_ready(self, ready_s: float) -> None:
        while not self._is_ready():
            if self._process.poll() is not None:
                raise self._failure()
            self._relay()
            if time.monotonic() - self._started > ready_s:
                log_tail = tail(self._folder.log)
                raise RefrainError(f"Not ready after {ready_s:g} seconds:\n{log_tail}")
            time.sleep(_PAUSE_S)
        self._relay()

    def _is_ready(self) -> bool:
        # A killed daemon leaves its file behind: only this one's counts.
        announced = read_json(self._folder.status)
        return announced is not None and announced["pid"] == self._process.pid

    def _relay(self) -> None:
        now = time.monotonic()
        lines = progress(self._folder.log)[self._told :]
        self._told += len(lines)
        if not lines and now - self._spoke > _QUIET_S:
            lines = [f"still starting ({now - self._started:.0f} s)"]
        for line in lines:
            self._say(line)
            self._spoke = now

    def _failure(self) -> RefrainError:
        code = self._process.returncode
        reason = failure(self._folder.log)
        if reason is not None:
            kind = MissingPart if code == MissingPart.exit_code else RefrainError
            return kind(reason)
        log = self._folder.log
        return RefrainError(f"The daemon ended with exit code {code}; {log} ends:\n{tail(log)}")
