"""Where an answer stands: which bank, under which key, in which pieces.

bank       the digest's first five bits: 32 small maps are walked one at a time, and are
           cheaper to search than one
key        XXH64 of the digest as 16 hexadecimal characters, seeded by the probe's number
key/1 ...  the further pieces of a long answer
"""

from typing import NamedTuple

from refrain_core.fingerprint import short_key

BANKS = 32
"""Maps that share the answers."""

PROBES = 4
"""Slots that a digest may stand in, when other digests share its short keys."""

_BYTE_TO_BANK_SHIFT = 3

# Makes a row without what its class's own `__new__` does in Python: a tenth of the price.
_new = tuple.__new__


class Place(NamedTuple):
    """The slot of one answer."""

    bank: int
    key: str


def place_of(digest: str, probe: int) -> Place:
    """Return the slot that a digest takes at its probe 0 to 3."""
    return _new(Place, (bank_of(digest), short_key(digest, probe)))


def bank_of(digest: str) -> int:
    """Return the number of a digest's bank, by its first five bits."""
    return int(digest[:2], 16) >> _BYTE_TO_BANK_SHIFT


def piece_key(key: str, number: int) -> str:
    """Return the key of a long answer's piece 1, 2 and so on."""
    return f"{key}/{number}"


def is_piece(key: str) -> bool:
    """Tell a piece's key from an answer's."""
    return "/" in key
