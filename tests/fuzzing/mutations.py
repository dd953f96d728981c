"""Made-up inputs: valid ones damaged in a few places, spliced, and plain noise. Seeded."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TELLING = (b"", b"\x00", b"\xff", b"\x7f", b"\x80", b"\xff" * 9, b"(", b"[" * 40, b'"', b"\\", b"-")
"""Pieces at which parsers tend to stumble."""
MOST_CHANGES = 4
LONGEST_NOISE = 80
_NOISE_SHARE = 0.1


def inputs(seeds: Sequence[bytes], count: int, seed: int | str) -> Iterator[bytes]:
    """`count` inputs made of valid `seeds`; the same for the same `seed`."""
    source = Random(seed)  # noqa: S311 (no secret: the same inputs each time)
    for _ in range(count):
        if source.random() < _NOISE_SHARE:
            yield source.randbytes(source.randrange(LONGEST_NOISE))
        else:
            yield _damaged(source, seeds)


def _damaged(source: Random, seeds: Sequence[bytes]) -> bytes:
    data = source.choice(seeds)
    for _ in range(source.randint(1, MOST_CHANGES)):
        data = source.choice(_CHANGES)(source, data, seeds)
    return data


def _replaced(source: Random, data: bytes, _seeds: Sequence[bytes]) -> bytes:
    at = source.randrange(len(data) + 1)
    return data[:at] + source.randbytes(1) + data[at + 1 :]


def _one_bit(source: Random, data: bytes, _seeds: Sequence[bytes]) -> bytes:
    if not data:
        return data
    at = source.randrange(len(data))
    return data[:at] + bytes((data[at] ^ 1 << source.randrange(8),)) + data[at + 1 :]


def _inserted(source: Random, data: bytes, _seeds: Sequence[bytes]) -> bytes:
    at = source.randrange(len(data) + 1)
    return data[:at] + source.choice(TELLING) + data[at:]


def _cut(source: Random, data: bytes, _seeds: Sequence[bytes]) -> bytes:
    at, end = sorted(source.randrange(len(data) + 1) for _ in range(2))
    return data[:at] + data[end:]


def _doubled(source: Random, data: bytes, _seeds: Sequence[bytes]) -> bytes:
    at, end = sorted(source.randrange(len(data) + 1) for _ in range(2))
    return data[:end] + data[at:end] + data[end:]


def _spliced(source: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    other = source.choice(seeds)
    return data[: source.randrange(len(data) + 1)] + other[source.randrange(len(other) + 1) :]


_CHANGES = (_replaced, _one_bit, _inserted, _cut, _doubled, _spliced)
