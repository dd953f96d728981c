"""Whether this codec does what a file of assertions asserts."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kybra_replica.candid.errors import CandidDecodeError, CandidTextError
from kybra_replica.candid.exact import decode_exact
from kybra_replica.candid.spec.assertions import parse_assertions
from kybra_replica.candid.text.typed import read_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kybra_replica.candid.model import TypeTable
    from kybra_replica.candid.spec.assertions import Assertion, Input


class Outcome(NamedTuple):
    """What became of an assertion; `failure` is empty where it holds."""

    line: int
    description: str
    failure: str


def check_assertions(source: str) -> Iterator[Outcome]:
    """Check each assertion of a file's text; CandidTextError where that does not parse."""
    types, assertions = parse_assertions(source)
    for assertion in assertions:
        failure = _failure(assertion, types)
        yield Outcome(assertion.line, assertion.description, failure)


def _failure(assertion: Assertion, table: TypeTable) -> str:
    try:
        left = _values(assertion.left, assertion, table)
        right = _values(assertion.right, assertion, table) if assertion.right else None
    except (CandidDecodeError, CandidTextError) as error:
        return "" if assertion.relation == "!:" else " ".join(str(error).split())
    if assertion.relation == "!:":
        return f"reads as {left}"
    if assertion.right is None or (left == right) == (assertion.relation == "=="):
        return ""
    return f"reads as {left} and {right}"


def _values(source: Input, assertion: Assertion, table: TypeTable) -> list[Any]:
    if source.message is None:
        return read_values(source.text, assertion.types, table)
    return decode_exact(source.message, assertion.types, table)


def main(arguments: Sequence[str]) -> int:
    """Check files; print a line for each assertion that fails, then the counts; 1 if any fails.

    A file that cannot be read counts as one failure.
    """
    parser = argparse.ArgumentParser(
        prog="python -m kybra_replica candid-spec",
        description="Check the Candid codec against assertion files.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="e.g. prim.test.did")
    passed = failed = 0
    for path in parser.parse_args(arguments).files:
        for outcome in _outcomes(path):
            passed, failed = passed + (not outcome.failure), failed + bool(outcome.failure)
            if outcome.failure:
                what = f'"{outcome.description}" ' if outcome.description else ""
                sys.stdout.write(f"{path}:{outcome.line}: {what}{outcome.failure}\n")
    sys.stdout.write(f"{passed} passed, {failed} failed\n")
    return 1 if failed else 0


def _outcomes(path: Path) -> Iterator[Outcome]:
    try:
        yield from check_assertions(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, CandidTextError) as error:
        yield Outcome(1, "", str(error))
