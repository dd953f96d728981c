"""The stable maps that a cache works on, whatever they are made of."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class TextMap(Protocol):
    """What is needed of a StableBTreeMap[text, text]."""

    def get(self, key: str) -> "str | None":
        """Return the value of a key, or None."""

    def insert(self, key: str, value: str) -> "str | None":
        """Set a value; return the former one."""

    def remove(self, key: str) -> "str | None":
        """Remove a key; return its value."""

    def items(self) -> list[tuple[str, str]]:
        """Return all entries."""


class StableMaps(NamedTuple):
    """Banks of answers, and maps of few rows: the cache's own, namespaces', purges'."""

    banks: Sequence[TextMap]
    meta: TextMap
    tenants: TextMap
    purges: TextMap
