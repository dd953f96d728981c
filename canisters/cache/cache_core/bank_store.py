"""Answers in the banks: found by probing, written in pieces, freed without breaking a probe.

A search stops at the first empty slot. So a slot that an answer was once put past is marked as
crossed, and leaves a gravestone instead of becoming empty. Keys collide once in 2**64, so that
in practice a search is one read.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from cache_core.answer_texts import (
    GRAVESTONE,
    HEADER_BYTES,
    AnswerText,
    Entry,
    holds,
    pieces_of,
    read_record,
    write_record,
)
from cache_core.eviction import Kept
from cache_core.places import PROBES, Place, is_piece, piece_key, place_of


class TextMap(Protocol):
    """What is needed of a StableBTreeMap[text, text]."""

    def get(self, key: str) -> "str | None":
        """Return the value of a key, or None."""

    def insert(self, key: str, value: str) -> "str | None":
        """Set a value; return the former one."""

    def remove(self, key: str) -> "str | None":
        """Remove a key; return its value."""

    def items(self) -> list[tuple[str, str]]:
        """Return all entries."""


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


class BankStore:
    """The banks as one store of answers."""

    def __init__(self, banks: Sequence[TextMap]) -> None:
        """Keep answers in `banks`, chosen by their digest."""
        self._banks = banks

    def find(self, digest: str) -> "Found | None":
        """Return the answer of a digest."""
        for probe in range(PROBES):
            place = place_of(digest, probe)
            text = self._banks[place.bank].get(place.key)
            if text is None:
                return None
            record = read_record(text) if holds(text, digest) else None
            if record is not None:
                return Found(place, record.entry, record.first)
        return None

    def content(self, found: Found) -> str:
        """Return the whole text of an answer."""
        if not found.entry.pieces:
            return found.first
        bank, key = self._banks[found.place.bank], found.place.key
        further = [bank.get(piece_key(key, n + 1)) or "" for n in range(found.entry.pieces)]
        return found.first + "".join(further)

    def slot_for(self, digest: str) -> Slot:
        """Choose where to write: over the digest's own answer, else in the first free slot.

        Where all four slots are taken by others, the last one's answer makes room.
        """
        buried: "Place | None" = None
        others: list[Found] = []
        for probe in range(PROBES):
            place = place_of(digest, probe)
            text = self._banks[place.bank].get(place.key)
            if text is None:
                return _free_slot(buried, place, others)
            record = read_record(text)
            if record is None:
                buried = buried or place
            elif record.entry.digest == digest:
                return Slot(place, record.entry, record.entry.crossed, [])
            elif buried is None:
                others.append(Found(place, record.entry, record.first))
        return _crowded_slot(buried, others)

    def write(self, slot: Slot, entry: Entry, content: str) -> None:
        """Write an answer into a slot; its entry's pieces and crossed mark are set here."""
        bank, key = self._banks[slot.place.bank], slot.place.key
        first, *further = pieces_of(content)
        for place in slot.passed:
            self._cross(place)
        whole = entry._replace(pieces=len(further), crossed=slot.crossed)
        bank.insert(key, write_record(whole, first))
        for number, piece in enumerate(further, 1):
            bank.insert(piece_key(key, number), piece)
        if slot.occupant is not None:
            self._remove_pieces(slot.place, len(further), slot.occupant.pieces)

    def free(self, place: Place) -> "Entry | None":
        """Remove the answer at a place; None if there was none."""
        bank = self._banks[place.bank]
        text = bank.remove(place.key)
        record = None if text is None else read_record(text)
        if text is not None and (record is None or record.entry.crossed):
            bank.insert(place.key, GRAVESTONE)
        if record is None:
            return None
        self._remove_pieces(place, 0, record.entry.pieces)
        return record.entry

    def rows(self, number: int) -> list[tuple[Place, Kept]]:
        """List the answers of one bank as the index keeps them."""
        found = []
        for key, text in self._banks[number].items():
            record = None if is_piece(key) else read_record(text)
            if record is not None:
                found.append((Place(number, key), kept_of(record.entry)))
        return found

    def _cross(self, place: Place) -> None:
        bank = self._banks[place.bank]
        text = bank.get(place.key)
        record: "AnswerText | None" = None if text is None else read_record(text)
        if record is not None and not record.entry.crossed:
            bank.insert(place.key, write_record(record.entry._replace(crossed=1), record.first))

    def _remove_pieces(self, place: Place, kept: int, former: int) -> None:
        for number in range(kept, former):
            self._banks[place.bank].remove(piece_key(place.key, number + 1))


def kept_of(entry: Entry) -> Kept:
    """Reduce an entry to what the index keeps of it."""
    return Kept(HEADER_BYTES + entry.answer_bytes, entry.sequence, entry.expires_at_ns)


def _free_slot(buried: "Place | None", empty: Place, others: list[Found]) -> Slot:
    """Choose a gravestone before the empty slot behind it; the former stays crossed."""
    passed = [other.place for other in others]
    return Slot(empty, None, 0, passed) if buried is None else Slot(buried, None, 1, passed)


def _crowded_slot(buried: "Place | None", others: list[Found]) -> Slot:
    """Choose a gravestone, or the last slot over its answer."""
    if buried is not None:
        return _free_slot(buried, buried, others)
    *before, last = others
    return Slot(last.place, last.entry, last.entry.crossed, [other.place for other in before])
