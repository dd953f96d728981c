"""A position in a message, and the budgets of whoever decodes it."""

from __future__ import annotations

from kybra_replica.candid.errors import CandidDecodeError
from kybra_replica.candid.leb128 import LOW, MORE, run_end
from kybra_replica.candid.nesting import MAX_DEPTH

FREE_ITEMS = 100_000
"""Vector elements that take no byte, in one message. A canister would meet its instruction limit;
a process of ours would lose its memory."""

_FUEL = 1_000_000
_FUEL_PER_BYTE = 64
_LONGEST_LENGTH = 10
_SIZE_LIMIT = 1 << 64


class Reader:
    """Bytes, position, nesting depth, and what skipping and empty elements may still cost."""

    __slots__ = ("data", "depth", "end", "free_items", "pos", "quota")

    def __init__(self, data: bytes, pos: int, quota: int | None) -> None:
        """Start at `pos`. Without a quota, skipping may cost what no honest message costs."""
        self.data = data
        self.pos = pos
        self.end = len(data)
        self.depth = 0
        self.free_items = FREE_ITEMS
        self.quota = _FUEL + _FUEL_PER_BYTE * len(data) if quota is None else quota

    def byte(self) -> int:
        """Read one byte."""
        if self.pos >= self.end:
            raise CandidDecodeError("binary parser error: io error")
        self.pos += 1
        return self.data[self.pos - 1]

    def take(self, count: int) -> bytes:
        """Read `count` bytes."""
        start, stop = self.pos, self.pos + count
        if stop > self.end:
            raise CandidDecodeError(f"Cannot read {count} bytes")
        self.pos = stop
        return self.data[start:stop]

    def number(self) -> bytes:
        """Read the bytes of one LEB128 number of any size."""
        start = self.pos
        try:
            self.pos = run_end(self.data, start)
        except IndexError:
            raise CandidDecodeError("io error: failed to fill whole buffer") from None
        return self.data[start : self.pos]

    def length(self, what: str = "Invalid leb128") -> int:
        """Read a natural number below 2**64; `what` names it in the error."""
        start = self.pos
        if start < self.end and self.data[start] < MORE:
            self.pos = start + 1
            return self.data[start]
        value = shift = 0
        for byte in self.data[start : start + _LONGEST_LENGTH]:
            value |= (byte & LOW) << shift
            shift += 7
            if byte < MORE and value < _SIZE_LIMIT:
                self.pos = start + shift // 7
                return value
        raise CandidDecodeError(f"binary parser error: {what} at byte offset {start}")

    def flag(self) -> bool:
        """Read a byte that is 0 or 1."""
        value = self.byte()
        if value > 1:
            at = self.pos - 1
            raise CandidDecodeError(f"binary parser error: Expect 00 or 01 at byte offset {at}")
        return value == 1

    def spend(self, cost: int) -> None:
        """Pay for skipped data, in the crate's units."""
        if cost > self.quota:
            raise CandidDecodeError("Skipping cost exceeds the limit")
        self.quota -= cost

    def descend(self) -> None:
        """Go one level deeper; whoever does lowers `depth` again."""
        if self.depth >= MAX_DEPTH:
            raise CandidDecodeError(f"Recursion limit exceeded at depth {self.depth}")
        self.depth += 1

    def count(self) -> int:
        """Read a vector's length and refuse one that the rest of the message cannot fill."""
        count = self.length()
        if count > self.end - self.pos + self.free_items:
            raise CandidDecodeError("Decoding cost exceeds the limit")
        return count

    def pay_items(self, count: int, start: int) -> None:
        """Charge those of `count` elements read since `start` that took no byte."""
        unpaid = count - (self.pos - start)
        if unpaid > 0:
            self.free_items -= unpaid
            if self.free_items < 0:
                raise CandidDecodeError("Decoding cost exceeds the limit")
