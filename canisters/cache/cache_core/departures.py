"""Why answers are not there any more, and which stored prompts are alike: what `explain` knows.

Both are kept in the heap, for the latest ones only, and are lost by an upgrade.
"""

from collections.abc import Callable

from refrain_core.renewed_dict import RenewedDict

MOST_REMEMBERED = 10_000
"""Departures and prompts, each about 300 bytes of heap."""

NEVER_STORED = "never stored"
"""Also what a caller learns of an answer that is not its own."""

EXPIRED = "expired"
EVICTED = "evicted"
REMOVED = "removed"
NOT_ADMITTED = "not admitted"


class Recent:
    """A dict of the latest keys; the oldest one leaves as a new one comes."""

    def __init__(self, most: int) -> None:
        """Remember at most so many keys."""
        self._most = most
        self._values: RenewedDict[str] = RenewedDict()
        self._ring: list[str] = []
        self._next = 0

    def __len__(self) -> int:
        """Count the keys."""
        return len(self._values)

    def note(self, key: str, value: str) -> None:
        """Remember a value; a key that is known keeps its place in the ring."""
        if key not in self._values:
            if len(self._ring) < self._most:
                self._ring.append(key)
            else:
                self._values.pop(self._ring[self._next])
                self._ring[self._next] = key
                self._next = (self._next + 1) % self._most
        self._values.put(key, value)

    def get(self, key: str) -> "str | None":
        """Return a value that is still remembered."""
        return self._values.get(key)


class Departures:
    """The latest departures by digest, and the latest digest of each prompt."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        """Remember at most so many of each."""
        self._reasons = Recent(most)
        self._prompts = Recent(most)

    def left(self, digest: str, reason: str, namespace: str) -> None:
        """Note why an answer left its namespace, or was never taken into it."""
        self._reasons.note(digest, f"{reason}|{namespace}")

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
    return f"{namespace}/{parts.partition('|')[0]}"
