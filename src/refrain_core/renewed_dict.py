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
        self._fresh: dict[str, Value] = {}
        self._fading: dict[str, Value] = {}
        self._moving: list[str] = []
        self._additions = 0

    def __len__(self) -> int:
        """Count the entries."""
        return len(self._fresh) + len(self._fading)

    def __contains__(self, key: str) -> bool:
        """Tell whether there is an entry."""
        return key in self._fresh or key in self._fading

    def get(self, key: str) -> "Value | None":
        """Return a value, or None."""
        value = self._fresh.get(key)
        return self._fading.get(key) if value is None else value

    def put(self, key: str, value: Value) -> None:
        """Set a value."""
        self._fading.pop(key, None)
        self._fresh[key] = value
        self._additions += 1
        if self._moving:
            self._move_some()
        elif self._additions > 2 * len(self._fresh) + SPARE_ADDITIONS:
            self._fading, self._fresh = self._fresh, {}
            self._moving = list(self._fading)
            self._additions = 0

    def pop(self, key: str) -> "Value | None":
        """Remove an entry; return its value, or None if there was none."""
        value = self._fresh.pop(key, None)
        return self._fading.pop(key, None) if value is None else value

    def keys(self) -> list[str]:
        """List all keys."""
        return [*self._fresh, *self._fading]

    def _move_some(self) -> None:
        for key in self._moving[-MOVED_AT_ONCE:]:
            value = self._fading.pop(key, None)
            if value is not None:
                self._fresh[key] = value
        del self._moving[-MOVED_AT_ONCE:]
        if not self._moving:
            self._fading = {}
