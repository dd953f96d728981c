"""`python -m kybra_replica.worker.spawned FD`: the zygote, in a process whose forks run no hooks.

The handler of `random` would seed it afresh in every fork: queries of one state would draw
different numbers, and a trap would not bring the heap's generator back. That of `threading`, in a
process without threads, would only cost: together they take half of what a fork takes.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module


def main() -> None:
    """Register no handlers from here on; only then load what would."""
    handled = {"random", "threading"} & sys.modules.keys()
    if handled:
        raise RuntimeError(f"{sorted(handled)} registered fork handlers already")
    os.register_at_fork = _register_nothing
    import_module("kybra_replica.worker.zygote").main()


def _register_nothing(**_handlers: object) -> None:
    pass


if __name__ == "__main__":
    main()
