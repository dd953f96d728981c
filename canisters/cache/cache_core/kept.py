"""What the heap knows of a stored answer, so that most decisions need no stable read."""

from typing import NamedTuple

from cache_core.answer_texts import ANSWER, Entry, entry_bytes
from cache_core.places import Place


class Kept(NamedTuple):
    """A row of the index; about 600 bytes of heap with its digest.

    is_whole: an answer, no failure, that is all in its record and was ever fresh.
    """

    place: Place
    namespace: str
    size_bytes: int
    sequence: int
    expires_at_ns: int
    keep_until_ns: int
    cost: int
    is_whole: bool


def kept_of(place: Place, entry: Entry) -> Kept:
    """Reduce an entry to what the index keeps of it."""
    return Kept(
        place,
        entry.namespace,
        entry_bytes(entry),
        entry.sequence,
        entry.expires_at_ns,
        entry.keep_until_ns,
        entry.cost_cycles,
        entry.kind == ANSWER and not entry.pieces and entry.stored_at_ns < entry.expires_at_ns,
    )
