"""`python -m tests.fuzzing.campaign [COUNT]`: every parser fed with made-up inputs, counted.

It rewrites benchmarks/results/fuzzing.json; an input that ends in anything but a value or a refusal
ends the campaign, with the input.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, NamedTuple

from tests.architecture.source_tree import ROOT
from tests.fuzzing.mutations import inputs
from tests.fuzzing.parsers import parsers

if TYPE_CHECKING:
    from tests.fuzzing.parsers import Parser

RESULT_FILE = ROOT / "benchmarks" / "results" / "fuzzing.json"
COUNT, SEED = 100_000, 1


class Tally(NamedTuple):
    """How many inputs a parser read and refused."""

    inputs: int
    read: int
    refused: int


class Crashed(Exception):  # noqa: N818 (what happened)
    """A parser ended in neither a value nor a refusal."""


def fed(parser: Parser, count: int, seed: int = SEED) -> Tally:
    """Feed `count` made-up inputs; Crashed at the first that is neither read nor refused."""
    read = 0
    for data in inputs(parser.seeds, count, seed):
        try:
            parser.parse(data)
        except parser.refusals:
            continue
        except Exception as error:
            raise Crashed(f"{parser.name}: {error!r} at {data.hex()}") from error
        read += 1
    return Tally(count, read, count - read)


def main() -> None:
    """Run, print and keep the counts."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    tallies = {}
    for parser in parsers():
        tally = fed(parser, count)
        tallies[parser.name] = tally._asdict()
        sys.stdout.write(
            f"{parser.name:40} {tally.inputs:>9,} inputs {tally.read:>9,} read "
            f"{tally.refused:>9,} refused\n"
        )
        sys.stdout.flush()
    RESULT_FILE.write_text(json.dumps({"seed": SEED, "parsers": tallies}, indent=2) + "\n")


if __name__ == "__main__":
    main()
