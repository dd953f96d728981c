"""What a run of the scenarios tells at its end."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

PROPERTY = "parity"


def summary_lines(told: Sequence[Any]) -> list[str]:
    """Lines for a person; `told` has a scenario's ratios each, None for one without recording."""
    if not told:
        return []
    found = [each for each in told if each is not None]
    if not found:
        return [f"parity: none of {len(told)} scenarios had a recording to compare with"]
    lines = [f"parity: {len(found)} of {len(told)} scenarios are as they were recorded"]
    if len(found) < len(told):
        lines.append(f"parity: {len(told) - len(found)} scenarios have no recording")
    ratios = sorted(value for each in found for value in each)
    if ratios:
        lines.append(
            f"parity: cycles here by those recorded: median {statistics.median(ratios):.2f}, "
            f"{ratios[0]:.2f} to {ratios[-1]:.2f}, of {len(ratios)} balances"
        )
    return lines
