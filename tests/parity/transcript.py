"""What one scenario heard: each reply and reject in the order of hearing, and what it cost."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.parity.plain_values import plain_text, plain_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import ic

    from tests.parity.candid_interface import CandidInterface

STILL_NS = 1_000_000
"""Rounds are nanoseconds apart; where more time passed, idling was paid for, too."""
UNDECODED = "<undecoded>"
PIECEMEAL = "upload_chunk"
"""As many calls as a module is large: only what refuses one is heard."""


class Transcript:
    """Hears calls end; `entries` are canonical JSON.

    Cycles are those that a canister lost since the entry before, so that each belongs to one
    entry whatever ran at once. They are left out where time has passed, and of queries.
    """

    def __init__(self, balance: Callable[[str], int], now_ns: Callable[[], int]) -> None:
        """Read balances and the time from the instance."""
        self.entries: list[dict[str, Any]] = []
        self._balance = balance
        self._now_ns = now_ns
        self._names: dict[str, str] = {}
        self._interfaces: dict[str, CandidInterface] = {}
        self._seen: tuple[int, dict[str, int]] = (0, {})

    def learn(self, name: str, canister: ic.Principal) -> None:
        """Call a canister by a name, a later one instead of an earlier."""
        self._names[canister.to_str()] = name

    def understand(self, name: str, interface: CandidInterface) -> None:
        """Decode what the canister of this name replies, and count its cycles from now on."""
        self._interfaces[name] = interface

    def begin(self) -> None:
        """Forget what was heard so far: the scenario begins here."""
        self.entries.clear()
        self._seen = self._look()

    @contextmanager
    def unordered(self) -> Iterator[None]:
        """Hear calls of one round, whose order is the server's: sorted, without their cycles."""
        start = len(self.entries)
        yield
        together = [{**each, "cycles": None} for each in self.entries[start:]]
        self.entries[start:] = sorted(together, key=lambda each: json.dumps(each, sort_keys=True))

    def replied(self, canister: str, method: str, raw: bytes, *, is_query: bool = False) -> None:
        """A call ended in a reply."""
        if method == PIECEMEAL:
            return
        interface = self._interfaces.get(self._names.get(canister, ""))
        value = UNDECODED
        if interface is not None and interface.has(method):
            value = plain_value(interface.reply(method, raw), self._names)
        self._note(canister, method, {"reply": value}, is_query=is_query)

    def rejected(
        self, canister: str, method: str, error: dict[str, Any], *, is_query: bool = False
    ) -> None:
        """A call ended in a reject."""
        reject = {
            "code": error["reject_code"],
            "error_code": error["error_code"],
            "message": plain_text(error["reject_message"], self._names),
        }
        self._note(canister, method, {"reject": reject}, is_query=is_query)

    def _note(self, canister: str, method: str, end: dict[str, Any], *, is_query: bool) -> None:
        name = self._names.get(canister, canister)
        entry = {"call": f"{name}.{method}", **end}
        if not is_query:
            entry["cycles"] = self._burnt()
        self.entries.append(entry)

    def _burnt(self) -> dict[str, int] | None:
        before_ns, before = self._seen
        self._seen = now_ns, now = self._look()
        if now_ns - before_ns > STILL_NS:
            return None
        return {name: before[name] - now[name] for name in sorted(now) if name in before}

    def _look(self) -> tuple[int, dict[str, int]]:
        known = {name: text for text, name in self._names.items() if name in self._interfaces}
        return self._now_ns(), {name: self._balance(text) for name, text in known.items()}
