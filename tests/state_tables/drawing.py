"""State diagrams in Mermaid's words, one arrow for each pair of a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from batcher_core import batch_machine, flight_machine

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = Path(__file__).parents[2] / "docs" / "states.md"

HEAD = """\
# State machines of the batcher

Drawn from the tables that the code runs by, with
`PYTHONPATH=.:src:canisters/batcher python -m tests.state_tables`. A pair that is not drawn is
refused.
"""

BATCH = """
## A batch

The states are those of OpenAI's Batch API. Until its lines are validated nothing is sent; one bad
line fails it. `window_over` is the end of the time that it was created with: what is done stays.
"""

ITEM = """
## An item of a batch

`work_lost` is what an upgrade or a trap brings about: the ticket says that its work was not
finished, and the item is sent again, three times at most. Its last state is entered in the message
that writes its result.
"""

FLIGHT = """
## A flight

The work on one digest, under a lease ([005](decisions/005-flights-and-tickets.md)).
"""


def page() -> str:
    """Write the page."""
    return (
        HEAD
        + BATCH
        + diagram(batch_machine.TRANSITIONS, batch_machine.VALIDATING)
        + ITEM
        + diagram(batch_machine.ITEM_TRANSITIONS, batch_machine.PENDING)
        + FLIGHT
        + diagram(flight_machine.TRANSITIONS, flight_machine.UNOPENED)
    )


def diagram(table: Mapping[tuple[str, str], str], first: str) -> str:
    """Draw a table whose machine begins in `first`."""
    arrows = [f"    {start} --> {end}: {event}" for (start, event), end in table.items()]
    starts = {start for start, _ in table}
    ends = [f"    {end} --> [*]" for end in dict.fromkeys(table.values()) if end not in starts]
    lines = ["stateDiagram-v2", f"    [*] --> {first}", *arrows, *ends]
    return "\n```mermaid\n" + "\n".join(lines) + "\n```\n"
