"""A canister's methods by its `.did` file: Python values there, Candid bytes here."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import ic

if TYPE_CHECKING:
    from pathlib import Path


class CandidInterface:
    """Encodes arguments and decodes replies; an opt is [] or [value], as ic-py has it."""

    def __init__(self, did_text: str) -> None:
        """Read the text of a `.did` file."""
        self._methods = ic.Canister(None, None, did_text).actor["methods"]

    def has(self, method: str) -> bool:
        """Whether there is such a method, with a reply."""
        return method in self._methods and bool(self._methods[method].retTypes)

    def arguments(self, method: str, *args: Any) -> bytes:
        """A call's argument."""
        kinds = self._methods[method].argTypes
        pairs = zip(kinds, args, strict=True)
        return bytes(ic.encode([{"type": kind, "value": arg} for kind, arg in pairs]))

    def reply(self, method: str, raw: bytes) -> Any:
        """The one value of a reply."""
        return ic.decode(raw, self._methods[method].retTypes)[0]["value"]


@lru_cache
def interface_at(path: Path) -> CandidInterface:
    """Read a `.did` file once for all scenarios: its parser takes its time."""
    return CandidInterface(path.read_text(encoding="utf-8"))
