"""How far a move of answers between caches is, and what its replies mean."""

from collections.abc import Sequence
from typing import Any, NamedTuple

_TO_BE_OFFERED_AGAIN = ("refused: Busy", "withheld")
_IN_ORDER = ("imported", "present", "expired")


class Progress(NamedTuple):
    """The number of the last move, and its answers: given, and not taken by the new owner."""

    number: int = 0
    moved: int = 0
    lost: int = 0


def pack_progress(progress: Progress) -> str:
    """Write progress as numbers between bars."""
    return "|".join(map(str, progress))


def unpack_progress(text: str) -> Progress:
    """Read what `pack_progress` wrote; of nothing, the start."""
    return Progress(*map(int, text.split("|"))) if text else Progress()


def arrived(rows: Sequence[dict[str, Any]], outcomes: Sequence[str]) -> list[str]:
    """Return the checksums of what need not be offered again, taken or never to be taken."""
    pairs = zip(rows, outcomes)  # noqa: B905 - a short reply leaves the rest to be offered again
    return [row["checksum"] for row, outcome in pairs if outcome not in _TO_BE_OFFERED_AGAIN]


def advanced(progress: Progress, outcomes: Sequence[str]) -> Progress:
    """Count what became of a page."""
    moved = sum([outcome in _IN_ORDER for outcome in outcomes])
    again = sum([outcome in _TO_BE_OFFERED_AGAIN for outcome in outcomes])
    lost = len(outcomes) - moved - again
    return Progress(progress.number, progress.moved + moved, progress.lost + lost)
