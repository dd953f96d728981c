"""Asks once and is killed by SIGKILL inside the message of a number, or after the last one.

`python -m tests.system.faults.killed_asker STATE URL NUMBER PROMPT`; the only line on standard
output is the call's number.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from tests.system.faults.served_network import ServedNetwork
from tests.system.network import request


class Executioner:
    """The kernel's fault: a message has done its work, and its commit never comes."""

    def __init__(self, number: int) -> None:
        """Kill inside the message of that `number`, the first being 0."""
        self._left = number

    def __call__(self, _canister: str, kind: str, _method: str) -> str | None:
        """Take part in a message that ended well."""
        # The cache rebuilds its index in timers meanwhile: they are not the ask's messages.
        if kind != "timer":
            if self._left == 0:
                end_now()
            self._left -= 1
        return None


def end_now() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Open the state, ask, and die."""
    state, url, number, prompt = sys.argv[1:]
    network = ServedNetwork(Path(state) / "ids.json", url, state=Path(state))
    network.replica.kernel.fault = Executioner(int(number))
    call = network.begin("batcher", "ask", request(prompt))
    sys.stdout.write(f"{call}\n")
    sys.stdout.flush()
    network.finish(call)
    end_now()


if __name__ == "__main__":
    main()
