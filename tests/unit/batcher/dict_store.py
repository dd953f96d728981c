"""A stable map's face over a dict."""

from __future__ import annotations

TEXT_FRAME_BYTES = 10


class DictStore:
    """A stable map's face over a dict, in the order of its keys, with its bounds kept."""

    def __init__(self, bounds: tuple[int, int] = (10**6, 10**6)) -> None:
        """Start empty."""
        self.entries: dict[str, str] = {}
        self._bounds = bounds

    def get(self, key: str) -> str | None:
        """Return the value under `key`."""
        return self.entries.get(key)

    def insert(self, key: str, value: str) -> str | None:
        """Put `value`; what is too large would trap the canister."""
        sizes = (len(key.encode()), len(value.encode()))
        assert all(size + TEXT_FRAME_BYTES <= most for size, most in zip(sizes, self._bounds))  # noqa: B905 - two pairs
        before = self.entries.get(key)
        self.entries[key] = value
        return before

    def remove(self, key: str) -> str | None:
        """Take out what stands under `key`."""
        return self.entries.pop(key, None)

    def items(self) -> list[tuple[str, str]]:
        """Return everything in the order of the keys."""
        return sorted(self.entries.items())

    def keys(self) -> list[str]:
        """Return all keys in order."""
        return sorted(self.entries)
