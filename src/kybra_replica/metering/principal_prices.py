"""Prices of principals: texts of them are made and read by Python code, five bytes at a time.

An anonymous caller costs 1.21 M, a canister's own id of 10 bytes 1.62 M, and asking for a person's
principal of 29 bytes as text 3.2 M: the difference of a lookup for its caller and a public one.
"""

from __future__ import annotations

CHECKSUM_BYTES = 4
GROUP_BYTES = 5
GROUP_CHARACTERS = 5

_OBJECT = 1_000_000
"""Kybra compiles and runs a line of Python for each principal that it hands over."""

LOOKED_UP = 390_000
"""The same line where it finds a canister's own class, whose `from_str` makes next to nothing."""

_READ = 200_000
_READ_GROUP = 205_000
_WRITE = 290_000
_WRITE_GROUP = 90_000


def handed_over(raw_bytes: int) -> int:
    """A principal of so many bytes that the system gives to Python."""
    return _OBJECT + _READ_GROUP * _groups(raw_bytes)


def written(raw_bytes: int) -> int:
    """`to_str` of a principal of so many bytes."""
    return _WRITE + _WRITE_GROUP * _groups(raw_bytes)


def read(characters: int) -> int:
    """`from_str` of a text: five characters and a dash hold about three bytes."""
    bits = characters * 5 * GROUP_CHARACTERS // (GROUP_CHARACTERS + 1)
    return _READ + _READ_GROUP * _groups(max(0, bits // 8 - CHECKSUM_BYTES))


def _groups(raw_bytes: int) -> int:
    return -(-(raw_bytes + CHECKSUM_BYTES) // GROUP_BYTES)
