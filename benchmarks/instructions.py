"""What the replica's estimate of instructions is worth: every measured price beside it.

`python -m benchmarks.instructions` writes benchmarks/results/instructions.json and .md.
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

from benchmarks.instruction_rows import MAP_ROWS, OPERATIONS, ROWS, Compared, MapRow, Row
from benchmarks.recorded_scenarios import compared_scenarios
from kybra_replica.kernel.replica import Replica
from kybra_replica.program.load import load_program

if TYPE_CHECKING:
    from collections.abc import Iterable

RESULTS = Path(__file__).parent / "results"
PRICED = Path(__file__).parents[1] / "tests/replica/toys/priced/main.py"
AT_A_TIME = 1_000
HEAD = """\
# Instructions: estimated and recorded

`python -m benchmarks.instructions` writes this page; a test holds it to the sources. Recorded is
what a real runtime counted (PocketIC 10, Kybra 0.7.1's wasm); docs/decisions/012 says how estimates
come about. An error is estimated over recorded, less one.
"""


class PricedCanister:
    """The toy whose micro-programs are measured, in a replica of its own."""

    def __init__(self) -> None:
        """Install it."""
        self.replica = Replica()
        self.canister = self.replica.create_canister()
        self.replica.install(self.canister, load_program(PRICED, []))
        self._filled: dict[str, int] = {}

    def compare(self, row: Row) -> Compared:
        """Run one row's micro-program."""
        before = self.replica.traffic()["query_instructions"]
        if row.kind == "message":
            self.replica.query(self.canister, row.method, *row.args)
            estimated = self.replica.traffic()["query_instructions"] - before
        else:
            estimated = self.replica.update(self.canister, row.method, *row.args)
        return Compared(row.name, row.measured, estimated, row.within_percent, row.reason)

    def compare_map(self, row: MapRow) -> list[Compared]:
        """Fill a map as far as the row says, and run its four operations."""
        filled = self._filled.get(row.name, 0)
        for start in range(filled, row.entries, AT_A_TIME):
            end = min(start + AT_A_TIME, row.entries)
            self.replica.update(self.canister, "fill", row.name, start, end)
        self._filled[row.name] = row.entries
        estimates = self.replica.update(self.canister, "operate", row.name, row.entries // 2)
        return [
            Compared(f"{row.name}, {row.entries:,} entries: {name}", measured, estimate, *row[3:])
            for name, measured, estimate in zip(OPERATIONS, row.measured, estimates, strict=True)
        ]

    def close(self) -> None:
        """End the replica."""
        self.replica.close()


def compared_prices() -> list[Compared]:
    """Every row, maps included."""
    priced = PricedCanister()
    try:
        rows = [priced.compare(row) for row in ROWS]
        return rows + [each for row in MAP_ROWS for each in priced.compare_map(row)]
    finally:
        priced.close()


def error_line(what: str, compared: Iterable[Compared]) -> str:
    """Median and 90 % of the errors, signs left out."""
    errors = sorted(abs(each.error_percent) for each in compared)
    most = quantiles(errors, n=10, method="inclusive")[-1]
    return (
        f"{what}: {len(errors)}; half are within {median(errors):.0f} %, "
        f"90 % within {most:.0f} %, all within {errors[-1]:.0f} %."
    )


def page(prices: list[Compared], scenarios: list[Compared]) -> str:
    """The whole report."""
    lines = [HEAD, error_line("Prices", prices) + "\n", *_table(prices)]
    lines += ["\n" + error_line("Scenarios of the three canisters", scenarios) + "\n"]
    return "\n".join([*lines, *_table(scenarios)]) + "\n"


def _table(rows: list[Compared]) -> list[str]:
    head = ["| what | recorded, k | estimated, k | error | why it may be over 15 % |"]
    head.append("|---|---|---|---|---|")
    return head + [
        f"| {each.name} | {each.recorded / 1_000:,.1f} | {each.estimated / 1_000:,.1f} "
        f"| {each.error_percent:+.0f} % | {each.reason} |"
        for each in rows
    ]


def main() -> None:
    """Compare, print, write."""
    prices, scenarios = compared_prices(), compared_scenarios()
    text = page(prices, scenarios)
    print(text)
    rows = {"prices": [each._asdict() for each in prices]}
    rows["scenarios"] = [each._asdict() for each in scenarios]
    (RESULTS / "instructions.json").write_text(json.dumps(rows, indent=1) + "\n")
    (RESULTS / "instructions.md").write_text(text)


if __name__ == "__main__":
    main()
