"""What the cores are given in place of the platform: maps, keys that collide, who sees what."""

from typing import Any

from cache_core import places, shelves
from refrain_core import fingerprint


class DictMap:
    """A StableBTreeMap[text, text] over a dict."""

    def __init__(self) -> None:
        """Start empty."""
        self._entries: dict[str, str] = {}

    def get(self, key: str) -> "str | None":
        """Return a value or None."""
        return self._entries.get(key)

    def insert(self, key: str, value: str) -> "str | None":
        """Set a value; return the former one."""
        former = self._entries.get(key)
        self._entries[key] = value
        return former

    def remove(self, key: str) -> "str | None":
        """Remove a key; return its value."""
        return self._entries.pop(key, None)

    def items(self) -> "list[tuple[str, str]]":
        """Return all entries in the order of their keys."""
        return sorted(self._entries.items())


class Sees:
    """Whose entries a caller may read."""

    def __init__(self, namespaces: "list[str]") -> None:
        """See these namespaces."""
        self._namespaces = namespaces

    def __call__(self, namespace: str) -> bool:
        """Tell whether entries of a namespace may be read."""
        return namespace in self._namespaces


class Members:
    """The one member of one shared namespace."""

    def __init__(self, namespace: str, member: str) -> None:
        """List a member."""
        self._listed = (namespace, member)

    def __call__(self, namespace: str, caller: str) -> bool:
        """Tell whether a namespace lists a caller."""
        return self._listed == (namespace, caller)


class OpenShelf:
    """Opens shelves of one policy, with room for three entries."""

    def __init__(self, policy: str) -> None:
        """Open shelves of this policy."""
        self._policy = policy

    def __call__(self, _namespace: str) -> shelves.Shelf:
        """Open a shelf."""
        return shelves.Shelf(shelves.ShelfBounds(self._policy, 3, 2_000), 9, 9_000)


class EvenSequence:
    """Fits answers of even sequence numbers."""

    def __call__(self, sequence: int, _digest: str) -> bool:
        """Tell whether a queued answer fits."""
        return sequence % 2 == 0


class KeyOf:
    """Renders an answer as its key, and passes over those whose key begins with an f."""

    def __call__(self, _entry: Any, key: str, _first: str) -> "str | None":
        """Render a row."""
        return None if key.startswith("f") else key


class Four:
    """Draws the number four."""

    def __call__(self) -> int:
        """Draw."""
        return 4


class FirstLetter:
    """The form of an answer that has one letter; blanks are no answer."""

    def __call__(self, content: str) -> "str | None":
        """Return the first letter, or None."""
        return content.strip()[:1] or None


class Attributes:
    """Reads what a method does not return, and calls what one returned."""

    @staticmethod
    def called(function: Any, *args: Any) -> Any:
        """Call a function that another one made."""
        return function(*args)

    @staticmethod
    def read(owner: Any, name: str) -> Any:
        """Return an attribute."""
        return getattr(owner, name)

    @staticmethod
    def write(owner: Any, name: str, value: Any) -> None:
        """Set an attribute."""
        setattr(owner, name, value)


_true_key = fingerprint.short_key


def _crowded_key(digest: str, probe: int = 0) -> str:
    return f"{(int(digest[2], 16) * (probe + 1) + probe) % 6:016x}"


def crowd_keys() -> None:
    """Let nearly all short keys collide."""
    places.short_key = _crowded_key  # type: ignore[attr-defined]


def spread_keys() -> None:
    """Let short keys be XXH64 again."""
    places.short_key = _true_key  # type: ignore[attr-defined]
