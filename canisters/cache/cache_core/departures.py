"""Why answers are not there any more, and which stored prompts are alike: what `explain` knows.

Both are kept in the heap, for the latest ones only, and are lost by an upgrade.
"""

from collections.abc import Callable

MOST_REMEMBERED = 10_000
"""Departures and prompts, each about 300 bytes of heap."""

NEVER_STORED = "never stored"
"""Also what a caller learns of an answer that is not its own."""

EXPIRED = "expired"
EVICTED = "evicted"
REMOVED = "removed"
NOT_ADMITTED = "not admitted"


class Recent:
    """A dict of the latest keys, at least half as many as it may hold.

    It is two dicts, of which the older is dropped whole as the younger is full: a canister's dicts
    keep the places of what is deleted one by one, and a ring of keys costs ten times as much.
    """

    def __init__(self, most: int) -> None:
        """Remember at most so many keys."""
        self._half = max(1, most // 2)
        self._younger: dict[str, str] = {}
        self._older: dict[str, str] = {}

    def __len__(self) -> int:
        """Count the keys."""
        return len(self._younger) + len([key for key in self._older if key not in self._younger])

    def note(self, key: str, value: str) -> None:
        """Remember a value as the latest."""
        younger = self._younger
        younger[key] = value
        if len(younger) >= self._half:
            self._older, self._younger = younger, {}

    def get(self, key: str) -> "str | None":
        """Return a value that is still remembered."""
        value = self._younger.get(key)
        return self._older.get(key) if value is None else value


class Departures:
    """The latest departures by digest, and the latest digest of each prompt."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        """Remember at most so many of each."""
        self._reasons = Recent(most)
        self._prompts = Recent(most)

    def left(self, digest: str, reason: str, namespace: str) -> None:
        """Note why an answer left its namespace, or was never taken into it."""
        self._reasons.note(digest, reason + "|" + namespace)

    def came(self, digest: str, namespace: str, parts: str) -> None:
        """Note the prompt of an answer that was put."""
        if parts:
            self._prompts.note(_prompt_key(namespace, parts), digest)

    def reason(self, digest: str, sees: Callable[[str], bool]) -> str:
        """Return why a digest is not stored, as whoever `sees` its namespace may know."""
        reason, _, namespace = (self._reasons.get(digest) or "").partition("|")
        return reason if reason and sees(namespace) else NEVER_STORED

    def nearest(self, namespace: str, parts: str) -> "str | None":
        """Return the digest of the latest answer to the same messages within a namespace."""
        return self._prompts.get(_prompt_key(namespace, parts))


def _prompt_key(namespace: str, parts: str) -> str:
    return namespace + "/" + parts.split("|", 1)[0]
