"""A dict that gives back the places of what was deleted.

RustPython's dicts never do: each deletion leaves a dead place, which resizing and walking step over
for ever. This one moves its entries to a fresh dict, a few at a time, once it has seen more
additions than it holds entries.
"""

from typing import Generic, TypeVar

SPARE_ADDITIONS = 1_024
MOVED_AT_ONCE = 8

Value = TypeVar("Value")


class RenewedDict(Generic[Value]):
    """Texts to values; no order is kept."""

    def __init__(self) -> None:
        """Start empty."""
        self.halves: tuple[dict[str, Value], dict[str, Value]] = ({}, {})
        """Where a key is, in the one or the other: for who cannot afford a call."""
        self._moving: list[str] = []
        self._counted = SPARE_ADDITIONS
        # An iterator counts additions for less than it costs to read and write a number.
        self._until_renewal = iter(range(SPARE_ADDITIONS))

    def __len__(self) -> int:
        """Count the entries."""
        fresh, fading = self.halves
        return len(fresh) + len(fading)

    def __contains__(self, key: str) -> bool:
        """Tell whether there is an entry."""
        fresh, fading = self.halves
        return key in fresh or key in fading

    def get(self, key: str) -> "Value | None":
        """Return a value, or None."""
        fresh, fading = self.halves
        value = fresh.get(key)
        return fading.get(key) if value is None else value

    def put(self, key: str, value: Value) -> None:
        """Set a value."""
        fresh, fading = self.halves
        if fading:
            fading.pop(key, None)
        fresh[key] = value
        for _ in self._until_renewal:
            break
        else:
            self._renew()

    def pop(self, key: str) -> "Value | None":
        """Remove an entry; return its value, or None if there was none."""
        fresh, fading = self.halves
        value = fresh.pop(key, None)
        return fading.pop(key, None) if value is None else value

    def keys(self) -> list[str]:
        """List all keys."""
        fresh, fading = self.halves
        return [*fresh, *fading]

    def _renew(self) -> None:
        """Begin a fresh dict, or move the next few entries to it; called by additions only."""
        fresh, fading = self.halves
        if self._moving:
            self._move_some(fresh, fading)
            return
        spare = 2 * len(fresh) + SPARE_ADDITIONS - self._counted
        if spare > 0:
            self._count(spare)
            return
        self.halves = ({}, fresh)
        self._moving = list(fresh)
        self._counted = 0

    def _count(self, additions: int) -> None:
        self._counted += additions
        self._until_renewal = iter(range(additions))

    def _move_some(self, fresh: "dict[str, Value]", fading: "dict[str, Value]") -> None:
        for key in self._moving[-MOVED_AT_ONCE:]:
            value = fading.pop(key, None)
            if value is not None:
                fresh[key] = value
        del self._moving[-MOVED_AT_ONCE:]
        if not self._moving:
            self.halves = (fresh, {})
            self._count(2 * len(fresh) + SPARE_ADDITIONS)
