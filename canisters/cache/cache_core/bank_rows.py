"""A bank's answers as the index keeps them, read off their records without an Entry for each."""

from collections.abc import Iterable

from cache_core.answer_texts import (
    ANSWER,
    FIELDS,
    HEADER_BYTES,
    LAYOUT,
    is_old,
    read_record,
)
from cache_core.kept import Kept, kept_of
from cache_core.places import Place, is_piece

Row = tuple[str, Kept]
"""An answer's digest, and what the index keeps of it."""

# Makes a row without what its class's own `__new__` does in Python: a tenth of the price.
_new = tuple.__new__


def rows_of_bank(bank: int, items: Iterable[tuple[str, str]]) -> list[Row]:
    """Read what a bank holds."""
    rows = [_row_of_answer(bank, key, text) for key, text in items if "/" not in key]
    return [row for row in rows if row is not None]


def row_of_record(bank: int, key: str, text: str) -> "Row | None":
    """Read one entry of a bank; None for a piece and for a gravestone.

    Raises:
        ValueError: the text is of another layout.
    """
    return None if is_piece(key) else _row_of_answer(bank, key, text)


def _row_of_answer(bank: int, key: str, text: str) -> "Row | None":
    fields = text.split("|", FIELDS + 1)
    if fields[0] != LAYOUT or len(fields) != FIELDS + 2:
        return _row_of_entry(bank, key, text)
    digest, namespace, sequence, stored, expires, keep_until = fields[1:7]
    cost, _, tags, voters, parts, answer_bytes, pieces = fields[19:26]
    size_bytes = HEADER_BYTES + int(answer_bytes)
    if tags or voters or parts:
        # A bar within the parts is written as three characters, and counts as one.
        size_bytes += len(tags) + len(voters) + len(parts) - 2 * (len(parts.split("%")) - 1)
    expires_at_ns = int(expires)
    is_whole = fields[10] == ANSWER and pieces == "0" and int(stored) < expires_at_ns
    keep_until_ns = expires_at_ns if keep_until == expires else int(keep_until)
    cost_cycles = 0 if cost == "0" else int(cost)
    lives = (int(sequence), expires_at_ns, keep_until_ns, cost_cycles, is_whole)
    return (digest, _new(Kept, (_new(Place, (bank, key)), namespace, size_bytes, *lives)))


def _row_of_entry(bank: int, key: str, text: str) -> "Row | None":
    record = read_record(text)
    if record is None:
        return None
    kept = kept_of(Place(bank, key), record.entry)
    # Renewing may cut an old record anew: it is never served by its text alone.
    return (record.entry.digest, kept._replace(is_whole=False) if is_old(text) else kept)
