"""Found answers and the slots of answers that are written: which one a put takes."""

from typing import NamedTuple

from cache_core.answer_texts import Entry
from cache_core.places import Place


class Found(NamedTuple):
    """An answer, where it stands, and the first piece of its text."""

    place: Place
    entry: Entry
    first: str


class Slot(NamedTuple):
    """Where to write an answer: over `occupant`, past the answers of `passed`."""

    place: Place
    occupant: "Entry | None"
    crossed: int
    passed: list[Place]


def free_slot(buried: "Place | None", empty: Place, others: list[Found]) -> Slot:
    """Choose a gravestone before the empty slot behind it; the former stays crossed."""
    passed = [other.place for other in others]
    return Slot(empty, None, 0, passed) if buried is None else Slot(buried, None, 1, passed)


def crowded_slot(buried: "Place | None", others: list[Found]) -> Slot:
    """Choose a gravestone, or the last slot over its answer."""
    if buried is not None:
        return free_slot(buried, buried, others)
    *before, last = others
    return Slot(last.place, last.entry, last.entry.crossed, [other.place for other in before])
