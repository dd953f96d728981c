"""Answers in the banks: found by probing, written in pieces, freed without breaking a probe.

A search stops at the first empty slot. So a slot that an answer was once put past is marked as
crossed, and leaves a gravestone instead of becoming empty. Keys collide once in 2**64, so that
in practice a search is one read.
"""

from collections.abc import Sequence

from cache_core.answer_texts import (
    GRAVESTONE,
    VALUE_BYTES,
    AnswerText,
    Entry,
    crossed_and_pieces,
    holds,
    is_crossed,
    is_old,
    pieces_of,
    read_record,
    write_record,
)
from cache_core.bank_slots import Found, Slot, crowded_slot, free_slot
from cache_core.places import PROBES, Place, is_piece, piece_key, place_of
from cache_core.stable_maps import TextMap
from refrain_core.chunked_text import utf8_len


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

    def text_at(self, place: Place, digest: str) -> "str | None":
        """Return the record of a digest at a place that the index knows; None if it moved."""
        number, key = place
        text = self._banks[number].get(key)
        return text if text is not None and holds(text, digest) else None

    def digest_at(self, place: Place) -> str:
        """Return whose answer stands at a place; empty where none does."""
        text = self._banks[place.bank].get(place.key)
        return "" if text is None or text == GRAVESTONE else text.split("|", 2)[1]

    def found_at(self, place: Place, digest: str) -> "Found | None":
        """Return the answer of a digest at a place that the index knows; None if it moved."""
        text = self.text_at(place, digest)
        record = None if text is None else read_record(text)
        return None if record is None else Found(place, record.entry, record.first)

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
                return free_slot(buried, place, others)
            record = read_record(text)
            if record is None:
                buried = buried or place
            elif record.entry.digest == digest:
                return Slot(place, record.entry, record.entry.crossed, [])
            elif buried is None:
                others.append(Found(place, record.entry, record.first))
        return crowded_slot(buried, others)

    def write(self, slot: Slot, entry: Entry, content: str) -> AnswerText:
        """Write an answer into a slot; return its entry as written, and its record as served."""
        bank, key = self._banks[slot.place.bank], slot.place.key
        # The number of pieces is part of the header whose room it decides: three digits are kept.
        sized = entry._replace(pieces=100, crossed=slot.crossed)
        first, *further = pieces_of(sized, content)
        for place in slot.passed:
            self._cross(place)
        whole = sized._replace(pieces=len(further))
        record = write_record(whole, first)
        bank.insert(key, record)
        for number, piece in enumerate(further, 1):
            bank.insert(piece_key(key, number), piece)
        if slot.occupant is not None:
            self._remove_pieces(slot.place, len(further), slot.occupant.pieces)
        return AnswerText(whole, record + "".join(further))

    def put_new(self, place: Place, record: str) -> bool:
        """Write a record where nothing stands; False where something does, which then stays.

        An insertion tells what it replaces: asking before would cost half as much again.
        """
        number, key = place
        bank = self._banks[number]
        former = bank.insert(key, record)
        if former is None:
            return True
        bank.insert(key, former)
        return False

    def free(self, place: Place) -> None:
        """Remove the answer at a place, if there is one."""
        number, key = place
        bank = self._banks[number]
        text = bank.remove(key)
        if text is None:
            return
        crossed, pieces = crossed_and_pieces(text)
        if crossed:
            bank.insert(key, GRAVESTONE)
        if pieces:
            self._remove_pieces(place, 0, pieces)

    def free_whole(self, place: Place) -> None:
        """Remove an answer that is all in its record: less of that is read."""
        number, key = place
        bank = self._banks[number]
        text = bank.remove(key)
        if text is not None and is_crossed(text):
            bank.insert(key, GRAVESTONE)

    def bank_items(self, number: int) -> list[tuple[str, str]]:
        """Return a bank's keys and texts, pieces and gravestones too, in the keys' order."""
        return self._banks[number].items()

    def old_places(self, number: int) -> list[Place]:
        """List the records of one bank that are of an older layout."""
        items = self._banks[number].items()
        return [Place(number, key) for key, text in items if not is_piece(key) and is_old(text)]

    def renew(self, place: Place) -> None:
        """Rewrite a record of an older layout in the present one."""
        text = self._banks[place.bank].get(place.key)
        record = read_record(text) if text is not None and is_old(text) else None
        if record is not None:
            self._rewrite(place, record.entry, record.first)

    def _cross(self, place: Place) -> None:
        bank = self._banks[place.bank]
        text = bank.get(place.key)
        record: "AnswerText | None" = None if text is None else read_record(text)
        if record is not None and not record.entry.crossed:
            self._rewrite(place, record.entry._replace(crossed=1), record.first)

    def _rewrite(self, place: Place, entry: Entry, first: str) -> None:
        """Write a record again; one of layout 1 may have to be cut anew, its header grows."""
        text = write_record(entry, first)
        if utf8_len(text) <= VALUE_BYTES:
            self._banks[place.bank].insert(place.key, text)
            return
        content = self.content(Found(place, entry, first))
        self.write(Slot(place, entry, entry.crossed, []), entry, content)

    def _remove_pieces(self, place: Place, kept: int, former: int) -> None:
        for number in range(kept, former):
            self._banks[place.bank].remove(piece_key(place.key, number + 1))
