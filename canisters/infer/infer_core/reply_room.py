"""How many bytes a reply may have: paid for in advance, by the byte, whether they come or not.

The estimate has room for escaped text. Where a provider's reply was too large all the same, its
next calls have twice the room, up to what the platform carries and what the caller has paid for.
The call itself is not made again: the model's answer to it was paid already.
"""

from refrain_core.chunked_text import utf8_len
from refrain_core.json_texts import json_text
from refrain_core.limits import MAX_RESPONSE_BYTES

MOST_DOUBLINGS = 9
"""From the smallest room, this many reach the platform's 2 MB."""


def room_bytes(room: int, doublings: int) -> int:
    """Return a call's max_response_bytes, doubled so often, at most the platform's."""
    return min(MAX_RESPONSE_BYTES, room << doublings)


def room_with(room: int, so_far: str) -> int:
    """Return the room of a reply that may repeat the text which it continues, as JSON."""
    return min(MAX_RESPONSE_BYTES, room + utf8_len(json_text(so_far)) - len('""'))


def doublings_after(doublings: int, *, was_too_large: bool) -> int:
    """Count one doubling more after a reply that was too large; a fitting one changes nothing."""
    return min(MOST_DOUBLINGS, doublings + 1) if was_too_large else doublings


def affordable_bytes(wanted_bytes: int, least_bytes: int, spare_cycles: int, per_byte: int) -> int:
    """Return as much of the wanted room as `spare_cycles` pay beyond the least."""
    return max(least_bytes, min(wanted_bytes, least_bytes + max(0, spare_cycles) // per_byte))
