"""Whose replies were too large of late, and so have more room for a while.

In the heap only: an upgrade begins with the usual room.
"""

from infer_core.inference import Prepared
from infer_core.outcall_plan import OutcallPlan, roomier
from infer_core.reply_room import affordable_bytes, doublings_after, room_bytes
from refrain_core.limits import NANOSECONDS
from refrain_core.outcall_price import CYCLES_PER_RESPONSE_BYTE

REMEMBERED_S = 3_600

rooms: dict[str, tuple[int, int]] = {}
"""By a provider's name: how often its room is doubled, and until when."""


def note_too_large(name: str, now_ns: int) -> None:
    """Double the room of a provider's next calls, for an hour."""
    doublings = doublings_after(_doublings(name, now_ns), was_too_large=True)
    rooms[name] = (doublings, now_ns + REMEMBERED_S * NANOSECONDS)


def with_room(prepared: Prepared, now_ns: int, attached_cycles: "int | None" = None) -> Prepared:
    """Return a call with its provider's room, as far as what is attached pays for it; None does."""
    plan = prepared.plan
    if not rooms or not isinstance(plan, OutcallPlan):
        return prepared
    least = plan.max_response_bytes
    wanted = room_bytes(least, _doublings(prepared.provider.name, now_ns))
    if attached_cycles is not None:
        spare_cycles = attached_cycles - plan.price_cycles
        per_byte = CYCLES_PER_RESPONSE_BYTE * plan.nodes
        wanted = affordable_bytes(wanted, least, spare_cycles, per_byte)
    return prepared._replace(plan=roomier(plan, wanted))


def _doublings(name: str, now_ns: int) -> int:
    doublings, until_ns = rooms.get(name, (0, 0))
    return doublings if now_ns < until_ns else 0
