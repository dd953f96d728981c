"""What a canister printed and how it trapped, for those who may read it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KEPT_LINES = 1_000
_RECORD_BYTES = 16
"""What the platform counts for a record beside its content: number and time."""


class LogRecord(NamedTuple):
    """One line; `number` counts from zero since the canister's code was first installed."""

    number: int
    time_ns: int
    text: str


class CanisterLog:
    """The newest lines; iterating gives their texts."""

    def __init__(self) -> None:
        """Start empty."""
        self._records: deque[LogRecord] = deque(maxlen=KEPT_LINES)
        self._next = 0

    def __iter__(self) -> Iterator[str]:
        """Give the texts, oldest first."""
        return (record.text for record in self._records)

    def write(self, time_ns: int, texts: Iterable[str]) -> None:
        """Add lines that were written at one time."""
        for text in texts:
            self._records.append(LogRecord(self._next, time_ns, text))
            self._next += 1

    def within(self, limit_bytes: int) -> list[LogRecord]:
        """The newest records that fit into `limit_bytes`, oldest first."""
        kept: list[LogRecord] = []
        for record in reversed(self._records):
            limit_bytes -= _size(record)
            if limit_bytes < 0:
                break
            kept.append(record)
        return kept[::-1]

    def size(self, limit_bytes: int) -> int:
        """Bytes of what `within` gives."""
        return sum(_size(record) for record in self.within(limit_bytes))

    def clear(self) -> None:
        """Forget every line."""
        self._records.clear()


def _size(record: LogRecord) -> int:
    return _RECORD_BYTES + len(record.text.encode(errors="replace"))
