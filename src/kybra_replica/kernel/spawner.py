"""Starts the process from which canisters are forked, and canisters from it."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from kybra_replica.kernel.worker_link import WorkerLink

if TYPE_CHECKING:
    from kybra_replica.program.interface import Program


class Spawner:
    """One zygote process; it ends when this end is closed, or when this process dies."""

    def __init__(self) -> None:
        """Start the zygote; it loads while the kernel goes on."""
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 (our own module, no shell)
                [sys.executable, "-m", "kybra_replica.worker.spawned", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self._orders = Connection(self._socket.fileno(), readable=False)
        self._known: set[str] = set()
        self._sending = threading.Lock()

    def spawn(self, key: str, program: Program, canister_id: bytes, seed: bytes) -> WorkerLink:
        """A fresh process for a canister; `key` names the program's content."""
        ours, theirs = socket.socketpair()
        with theirs, self._sending:
            self._orders.send((key, None if key in self._known else program, canister_id, seed))
            socket.send_fds(self._socket, [b"f"], [theirs.fileno()])
            self._known.add(key)
        return WorkerLink(Connection(ours.detach()))

    def close(self) -> None:
        """End the zygote, and wait for it."""
        self._socket.detach()
        self._orders.close()
        self._process.wait()


class SharedSpawner:
    """The zygote that all replicas of this process share: it starts with the first of them.

    It ends with the last, so that whoever starts many replicas holds it in between.
    """

    def __init__(self) -> None:
        """Start nothing yet."""
        self._lock = threading.Lock()
        self._spawner: Spawner | None = None
        self._holders = 0

    def acquire(self) -> Spawner:
        """The running zygote's spawner; to be released."""
        with self._lock:
            self._spawner = self._spawner or Spawner()
            self._holders += 1
            return self._spawner

    def release(self) -> None:
        """Give it back; the last one ends it."""
        with self._lock:
            self._holders -= 1
            if not self._holders and self._spawner is not None:
                self._spawner.close()
                self._spawner = None


shared_spawner = SharedSpawner()
"""The process's one zygote."""
