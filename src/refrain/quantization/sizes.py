"""How many bytes a model takes in a format, and which places on the Internet Computer hold it.

Bounds of a canister on an ordinary subnet, from the Internet Computer's source of October 2025: 500
GiB of stable memory; a heap of 4 GiB, of which 3 GiB are allowed unless asked for; 2 GiB of stable
memory read in one message, which a model that is loaded from there must pass through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from refrain.quantization.formats import Format

GIB = 2**30
HEADER_BYTES = 6_000_000
"""Vocabulary and metadata of a GGUF file: 5,953,248 bytes of DeepSeek-R1-Distill-Qwen-7B's."""

PLACES = {
    "stable_memory": 500 * GIB,
    "canister_heap": 4 * GIB,
    "default_heap": 3 * GIB,
    "one_message": 2 * GIB,
}
"""Bytes of each place."""

_BITS = 8


class Size(NamedTuple):
    """A model in a format: its bytes, how much smaller than F16, and where it fits."""

    name: str
    bits_per_weight: float
    bytes: int
    smaller_than_f16_percent: float
    fits: dict[str, bool]


def file_bytes(parameters: int, bits_per_weight: float) -> int:
    """The size of a GGUF file, header included."""
    return round(parameters * bits_per_weight / _BITS) + HEADER_BYTES


def size_in(one: Format, parameters: int) -> Size:
    """How large a model of so many parameters is in a format."""
    size = file_bytes(parameters, one.bits_per_weight)
    smaller = 100 * (1 - size / file_bytes(parameters, 16.0))
    fits = {place: size <= limit for place, limit in PLACES.items()}
    return Size(one.name, one.bits_per_weight, size, round(smaller, 1), fits)
