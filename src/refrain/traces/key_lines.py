"""A key on each line, and optionally its size in bytes and its cost, separated by tabs.

A key may hold blanks, so that prompts can be keys. Empty lines are skipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from refrain.failures import BadTrace
from refrain.traces.access import Access

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_COLUMNS = 3


def read_key_lines(file: BinaryIO) -> Iterator[Access]:
    """Read the accesses of a file of keys.

    Raises:
        BadTrace: a line is no text, or a size or a cost is no whole number.
    """
    for number, line in enumerate(file, 1):
        try:
            text = line.decode().rstrip("\r\n")
        except UnicodeDecodeError:
            raise BadTrace(f"line {number} is not UTF-8 text") from None
        if text:
            yield Access(text) if "\t" not in text else _with_columns(text, number)


def _with_columns(text: str, number: int) -> Access:
    key, *columns = text.split("\t")
    if len(columns) >= _COLUMNS:
        raise BadTrace(f"line {number} has more columns than key, size and cost")
    if not all(column.isascii() and column.isdigit() for column in columns):
        raise BadTrace(f"line {number}: size and cost must be whole numbers: {text[:80]!r}")
    return Access(key, *map(int, columns))
