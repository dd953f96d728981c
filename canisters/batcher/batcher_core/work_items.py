"""What is left to be done behind a reply, or in a message of its own."""

from typing import TYPE_CHECKING, NamedTuple

from batcher_core.ask_plan import Plan
from batcher_core.money import Price

if TYPE_CHECKING:
    from batcher_core.serving import Found


class Work(NamedTuple):
    """A flight to be worked on. ticket: its opener's, or 0; found: None before its lookup.

    payer: the token whose hold pays for it with others, or 0 if it has a hold of its own. hold:
    the token that that is held by, or 0 if it is the flight's.
    """

    plan: Plan
    token: int
    cost: Price
    ticket: int
    found: "Found | None"
    payer: int = 0
    hold: int = 0
