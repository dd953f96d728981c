"""The replica's processes, as the operating system sees them."""

from __future__ import annotations

from pathlib import Path

from kybra_replica.kernel.spawner import shared_spawner


def children(pid: int) -> set[int]:
    """The processes that `pid` started and that have not been reaped."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return {int(child) for child in listed.split()}


def workers() -> set[int]:
    """Every canister's process; their twins are children of theirs."""
    assert shared_spawner._spawner is not None
    return children(shared_spawner._spawner._process.pid)


def is_alive(pid: int) -> bool:
    """Whether a process runs, zombies not counted."""
    return _state(pid) != "Z"


def is_idle(worker: int) -> bool:
    """Whether a canister's process sleeps, and beside it one twin that sleeps, too."""
    states = [_state(child) for child in children(worker)]
    return _state(worker) == "S" and [state for state in states if state != "Z"] == ["S"]


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "Z"
