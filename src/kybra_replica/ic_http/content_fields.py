"""A decoded map's fields, each taken with the type that it must have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kybra_replica.ic_http.refusals import Malformed

MAX_PRINCIPAL_BYTES = 29
NAT64_END = 1 << 64


@dataclass(frozen=True)
class Fields:
    """The fields of one map; `what` names it in refusals. Fields that are null count as missing."""

    held: dict[str, Any]
    what: str

    @classmethod
    def of(cls, value: Any, what: str) -> Fields:
        """Take a decoded value that must be a map."""
        if not isinstance(value, dict):
            raise Malformed(f"Expected {what} to be a map")
        return cls({name: held for name, held in value.items() if held is not None}, what)

    def only(self, known: set[str]) -> None:
        """Refuse fields that are not known."""
        unknown = sorted(self.held.keys() - known)
        if unknown:
            raise Malformed(f"Unknown field {unknown[0]!r:.50} of {self.what}")

    def text(self, name: str, most_bytes: int) -> str:
        """Take a text."""
        value = self._typed(name, str)
        if len(value.encode()) > most_bytes:
            raise Malformed(f"The field {name!r} has more than {most_bytes} bytes")
        return str(value)

    def blob(self, name: str, most_bytes: int | None = None) -> bytes:
        """Take bytes."""
        value: bytes = self._typed(name, bytes)
        if most_bytes is not None and len(value) > most_bytes:
            raise Malformed(f"The field {name!r} has more than {most_bytes} bytes")
        return value

    def blob_or_none(self, name: str, most_bytes: int) -> bytes | None:
        """Take bytes that may be missing."""
        return self.blob(name, most_bytes) if name in self.held else None

    def principal(self, name: str) -> bytes:
        """Take a principal's bytes."""
        return self.blob(name, MAX_PRINCIPAL_BYTES)

    def nat64(self, name: str) -> int:
        """Take a natural number of 64 bits."""
        value: int = self._typed(name, int)
        if isinstance(value, bool) or not 0 <= value < NAT64_END:
            raise Malformed(f"The field {name!r} must be a natural number of 64 bits")
        return value

    def array(self, name: str, most: int) -> list[Any]:
        """Take an array of anything."""
        value: list[Any] = self._typed(name, list)
        if len(value) > most:
            raise Malformed(f"The field {name!r} has more than {most} items")
        return value

    def _typed(self, name: str, of: type) -> Any:
        value = self.held.get(name)
        if not isinstance(value, of):
            told = "is missing" if value is None else f"is not {_NAMES[of]}"
            raise Malformed(f"The field {name!r} of {self.what} {told}")
        return value


_NAMES = {str: "a text", bytes: "bytes", int: "a natural number", list: "an array"}
