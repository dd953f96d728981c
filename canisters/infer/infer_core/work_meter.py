"""How many instructions each step of this canister took: the last time, and the most ever.

A step is one message's own work, up to its await or from the reply on. A transform cannot be
counted so: it is a query, which leaves nothing behind.
"""

from typing import Any

from infer_core.work_budgets import PLATFORM_INSTRUCTIONS, Budgets, share_per_mille

BUILDING = "infer, building"
CALLBACK = "infer, callback"
LIST_BUILDING = "infer_many, building"
LIST_CALLBACK = "infer_many, callback"
STEPS = (BUILDING, CALLBACK, LIST_BUILDING, LIST_CALLBACK)


class WorkMeter:
    """Counts by step; in the heap only, so that an upgrade begins to count anew."""

    def __init__(self) -> None:
        """Start with nothing counted."""
        self._last: dict[str, int] = {}
        self._most: dict[str, int] = {}

    def note(self, step: str, instructions: int) -> None:
        """Keep what a step took."""
        self._last[step] = instructions
        if instructions > self._most.get(step, 0):
            self._most[step] = instructions

    def rows(self, budgets: Budgets) -> list[dict[str, Any]]:
        """Show every step beside the soft budget and the platform's limit, in thousandths."""
        rows = []
        for step in STEPS:
            most = self._most.get(step, 0)
            row = {
                "step": step,
                "last_instructions": self._last.get(step, 0),
                "most_instructions": most,
                "of_soft_budget_milli": share_per_mille(most, budgets.message_instructions),
                "of_platform_limit_milli": share_per_mille(most, PLATFORM_INSTRUCTIONS),
            }
            rows.append(row)
        return rows
