"""Field names as they stand on the wire: 32-bit numbers."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kybra_replica.candid.model import Field

_MODULUS = 1 << 32


@lru_cache(maxsize=4096)
def field_id(name: str) -> int:
    """Hash a name as the Candid specification says; a tuple's "0", "1", … is its number."""
    return int(name) if is_number(name) else hash_of(name)


def is_number(name: str) -> bool:
    """Tell whether a field's name in our model is its number, as tuples' names are."""
    return name.isdecimal() and name.isascii()


def hash_of(name: str) -> int:
    """Hash a name, whatever it looks like."""
    hashed = 0
    for byte in name.encode():
        hashed = (hashed * 223 + byte) % _MODULUS
    return hashed


def in_wire_order(fields: tuple[Field, ...]) -> list[Field]:
    """Sort by field id; ValueError where two names of one type share an id."""
    ordered = sorted(fields, key=lambda field: field_id(field.name))
    for left, right in pairwise(ordered):
        if field_id(left.name) == field_id(right.name):
            raise ValueError(f"label '{right.name}' hash collision with '{left.name}'")
    return ordered


def label_text(number: int) -> str:
    """Write a field id as the candid crate prints it: 3_303_845."""
    return f"{number:_}"
