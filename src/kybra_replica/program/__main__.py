"""`python -m kybra_replica.program check ENTRY... --root DIR` prints what breaks Kybra's rules.

The exit code is 1 when any finding is more than a note.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kybra_replica.program.load import check_program

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Check each entry; answer 1 when any finding is more than a note, else 0."""
    parser = argparse.ArgumentParser(prog="python -m kybra_replica.program")
    check = parser.add_subparsers(required=True).add_parser("check", help="hold canisters to Kybra")
    check.add_argument("entries", nargs="+", type=Path, metavar="ENTRY", help="e.g. src/main.py")
    check.add_argument("--root", action="append", type=Path, default=[], help="a package folder")
    options = parser.parse_args(arguments)
    return max(_check(entry, options.root) for entry in options.entries)


def _check(entry: Path, roots: Sequence[Path]) -> int:
    findings = check_program(entry, roots)
    for finding in findings:
        sys.stdout.write(f"{finding.severity}: {finding}\n")
    stand = sum(finding.severity != "note" for finding in findings)
    sys.stdout.write(f"{entry}: {stand} findings, {len(findings) - stand} notes\n")
    return 1 if stand else 0


if __name__ == "__main__":
    sys.exit(main())
