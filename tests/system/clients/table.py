"""`python -m tests.system.clients.table`: what ran, client by operation, as a Markdown table."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.system.clients.operations import OPERATIONS, Operation
from tests.system.clients.stage import Stage, staged

COLUMNS = (False, True)
"""Without and with a subnet key that the root key delegates."""
UNEXPECTED = "FAILED"


def outcome(operation: Operation, stage: Stage) -> str:
    """Whether an operation works; why the client cannot; the first line of what went wrong."""
    try:
        operation.run(stage)
    except Exception as error:  # noqa: BLE001 (a table tells every failure)
        first, *_ = str(error).splitlines() or [type(error).__name__]
        return f"{UNEXPECTED}: {first:.80}"
    return operation.cannot(stage) or "ok"


def outcomes(*, delegated: bool) -> list[str]:
    """How every operation ends on a fresh replica."""
    with TemporaryDirectory() as folder, staged(Path(folder), delegated=delegated) as stage:
        return [outcome(operation, stage) for operation in OPERATIONS]


def table() -> tuple[list[str], bool]:
    """The table's lines, and whether everything went as it must."""
    found = list(zip(*(outcomes(delegated=delegated) for delegated in COLUMNS), strict=True))
    lines = ["| client | operation | root key signs | delegated subnet key |", "|---|---|---|---|"]
    for operation, results in zip(OPERATIONS, found, strict=True):
        lines.append(f"| {operation.client} | {operation.name} | {' | '.join(results)} |")
    failed = any(result.startswith(UNEXPECTED) for results in found for result in results)
    return lines, not failed


def main() -> int:
    """Print the table; 1 where anything went otherwise than it must."""
    lines, is_well = table()
    sys.stdout.write("\n".join(lines) + "\n")
    return int(not is_well)


if __name__ == "__main__":
    sys.exit(main())
