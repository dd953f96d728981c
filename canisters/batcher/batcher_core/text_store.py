"""What the cores ask of a stable map: text under text."""

from typing import NamedTuple, Protocol


class TextStore(Protocol):
    """The part of a `StableBTreeMap[str, str]` that the cores use; a test gives a dict's face."""

    def get(self, key: str) -> "str | None":
        """Return the value under `key`, or None."""

    def insert(self, key: str, value: str) -> "str | None":
        """Put `value` under `key`; return what stood there before."""

    def remove(self, key: str) -> "str | None":
        """Take out what stands under `key`, and return it."""

    def items(self) -> "list[tuple[str, str]]":
        """Return everything in the order of its keys: a full scan, for rebuilding only."""


class Stores(NamedTuple):
    """The stable maps behind the desk."""

    flights: TextStore
    tickets: TextStore
    results: TextStore
    meta: TextStore
    works: TextStore
