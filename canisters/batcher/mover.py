"""Moving answers between caches that share the key space: one page a step, each step a timer's.

What is moved is let go of by its old owner only after the new one has taken it, so that a step may
break off anywhere: what it leaves undone is offered again. The heap holds where a move is; after an
upgrade it begins with its first leg again, whose caches say that little is left.
"""

from collections.abc import Generator
from typing import Any

from kybra import Async, CallResult, ic, void

from batcher_core.key_space import Leg
from batcher_core.move_progress import advanced, arrived
from batcher_rows import rows
from other_canisters import cache_at
from refrain_core.limits import NANOSECONDS

STEP_NS = 300 * NANOSECONDS
"""How long a step may take before it counts as lost, so that another one is begun."""

Moving = Generator[Any, Any, bool]


class Place:
    """Where a move is: its leg, the targets' fences, and what arrived and its source must learn."""

    def __init__(self, number: int) -> None:
        """Begin a move."""
        self.number = number
        self.leg = 0
        self.left = 0
        self.fences: dict[str, int] = {}
        self.arrived: dict[str, list[str]] = {}
        self.busy_until_ns = 0


class Mover:
    """The place of the move under way."""

    def __init__(self) -> None:
        """Know of none."""
        self.place = Place(0)

    def placed(self) -> Place:
        """Return the place of the move of now, begun anew where another one began."""
        if self.place.number != rows.move.number:
            self.place = Place(rows.move.number)
        return self.place


mover = Mover()


def begin() -> None:
    """Start a step, if there is something to move and no step under way."""
    if rows.space.is_moving and ic.time() >= mover.placed().busy_until_ns:
        ic.set_timer(0, run)


def run() -> Async[void]:
    """Do one step and arm the next; a failed one is tried again by the sweep's timer."""
    place = mover.placed()
    if not rows.space.is_moving or ic.time() < place.busy_until_ns:
        return
    place.busy_until_ns = ic.time() + STEP_NS
    try:
        goes_on = yield from _step(place)
    except Exception as error:  # noqa: BLE001 - nobody else would ever see it
        ic.print(f"moving: {type(error).__name__}: {error}")
        goes_on = False
    place.busy_until_ns = 0
    if goes_on:
        ic.set_timer(0, run)


def _step(place: Place) -> Moving:
    """Move one page, or go on to the next leg; tell whether to go on at once."""
    legs = rows.space.legs()
    if place.leg >= len(legs):
        rows.keep_caches(rows.space.settled())
        return False
    leg = legs[place.leg]
    if leg.target not in place.fences:
        # Committed: nothing yet.
        told: CallResult[Any] = yield cache_at(leg.target).move_in([], 0)
        return _take_fence(place, leg, told.Ok)
    # Under the fence that was told before the page is read.
    fence = place.fences[leg.target]
    page = yield from _page(place, leg)
    if page is None or place.number != rows.move.number:
        return page is not None
    if not page["rows"]:
        place.leg += int(not page["left"])
        return True
    # Committed: what is on its way stands with its source until it is said to have arrived.
    taken: CallResult[Any] = yield cache_at(leg.target).move_in(page["rows"], fence)
    return _settle(place, leg, page["rows"], taken.Ok)


def _page(place: Place, leg: Leg) -> "Generator[Any, Any, dict[str, Any] | None]":
    """Read a page and tell its source what of the former one arrived; None if it has none now."""
    source = cache_at(leg.source)
    shards, done = rows.space.shards, place.arrived.get(leg.source, [])
    # Committed: what arrived, which the source lets go of; it may be told so twice.
    reply: CallResult[Any] = yield source.move_out(
        place.number, shards, leg.source, leg.target, done
    )
    page: dict[str, Any] | None = None if reply.Ok is None else reply.Ok.get("Page")
    if page is not None:
        place.arrived[leg.source] = []
        place.left = page["left"]
    return page


def _take_fence(place: Place, leg: Leg, reply: "dict[str, Any] | None") -> bool:
    fence = None if reply is None else reply.get("Fenced")
    if fence is None:
        moved = None if reply is None else reply.get("Moved")
        fence = None if moved is None else moved["fence"]
    if fence is None:
        return False
    place.fences[leg.target] = fence
    return True


def _settle(
    place: Place, leg: Leg, page: "list[dict[str, Any]]", reply: "dict[str, Any] | None"
) -> bool:
    moved = None if reply is None else reply.get("Moved")
    if moved is not None and place.number == rows.move.number:
        place.arrived[leg.source] = arrived(page, moved["outcomes"])
        rows.note_move(advanced(rows.move, moved["outcomes"]))
    return _take_fence(place, leg, reply)
