"""A small single-threaded process from which every canister's process is forked.

`python -m kybra_replica.worker.zygote FD`: FD is its end of a socket pair. For each canister it
receives the program (once), the canister's id, and the canister's own socket.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
import socket
import sys
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, NoReturn

from kybra_replica.worker.bundle_import import compile_sources
from kybra_replica.worker.process import CanisterProcess
from kybra_replica.worker.rehearsal import prime

if TYPE_CHECKING:
    from types import CodeType

    from kybra_replica.program.interface import Program

PR_SET_CHILD_SUBREAPER = 36
WARM = ("json", "hashlib", "unicodedata", "dataclasses", "datetime", "pickle", "weakref", "re")
"""Standard modules that most canisters import: loaded once, before the first fork."""


class Zygote:
    """Keeps compiled programs warm and forks canisters from them."""

    def __init__(self, fd: int) -> None:
        """Take orders from the socket `fd`."""
        self._socket = socket.socket(fileno=fd)
        self._orders = Connection(os.dup(fd))
        self._programs: dict[str, tuple[Program, dict[str, CodeType]]] = {}

    def serve(self) -> NoReturn:
        """Fork a canister for each order, until the kernel goes away."""
        while True:
            try:
                key, program, canister_id, seed = self._orders.recv()
                _, fds, _, _ = socket.recv_fds(self._socket, 1, 1)
            except (EOFError, OSError):
                os._exit(0)
            if program is not None:
                self._programs[key] = (program, compile_sources(program.sources))
                prime(program.interface)
            self._fork(key, canister_id, seed, fds[0])

    def _fork(self, key: str, canister_id: bytes, seed: bytes, fd: int) -> None:
        if os.fork() == 0:
            self._socket.close()
            self._orders.close()
            program, code = self._programs[key]
            CanisterProcess(Connection(fd), program, code, canister_id, seed).serve()
        os.close(fd)


def adopt_orphans() -> None:
    """Reap what canisters leave behind, also where process 1 reaps nothing."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def main() -> NoReturn:
    """Ignore the terminal's Ctrl-C (the kernel decides when to end) and serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    adopt_orphans()
    for name in WARM:
        importlib.import_module(name)
    Zygote(int(sys.argv[1])).serve()


if __name__ == "__main__":
    main()
