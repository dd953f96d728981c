"""What was removed or purged lately, so that a page read before does not bring it back.

A page of a move is read under a number that this cache told before. What was removed, or purged by
its namespace's own tenant, since that number is withheld from it; any other purge, a taint and an
upgrade refuse the whole page. A number is one drawn from the sequence of puts, once after a start
and only as the first page is to come, and behind it a count of the heap's: removals cost next to
nothing, and a stranger's writes nothing.
"""

from collections.abc import Callable

MOST_NAMED = 1_000
"""Digests and namespaces remembered one by one; one more, and all pages under way are refused."""

_COUNT_BITS = 24
"""Sequences of 40 bits are left, which a cache reaches after a trillion puts."""


class Fences:
    """The numbers of the last removals and purges; they stand in the heap alone."""

    def __init__(self, draw: Callable[[], int]) -> None:
        """Draw by `draw`, whose numbers are each greater than all before, across upgrades."""
        self._draw = draw
        self._named: dict[str, int] = {}
        self._whole = 0
        self._last = 0

    def now(self) -> int:
        """Return the number under which a page may be read from now on."""
        if not self._whole:
            self._whole = self._last = self._draw() << _COUNT_BITS
        return self._last

    def raise_all(self) -> None:
        """Refuse every page that was read before."""
        # Without a number no page can have been read under one.
        if self._whole:
            self._last += 1
            self._whole = self._last
            self._named = {}

    def raise_for(self, name: str) -> None:
        """Withhold a digest, or what is in a "namespace/NS", from pages that were read before."""
        if not self._whole:
            return
        if len(self._named) >= MOST_NAMED:
            self.raise_all()
        else:
            self._last += 1
            self._named[name] = self._last

    def raise_for_scope(self, scope: str) -> None:
        """Withhold what a purge hides, or more than that."""
        kind, _, name = scope.partition("/")
        if kind in ("namespace", "tag"):
            self.raise_for(f"namespace/{name.partition('/')[0]}")
        else:
            self.raise_all()

    def refuses(self, number: int) -> bool:
        """Tell whether a page that was read under a number is refused whole."""
        return not self._whole or number < self._whole

    def withholds(self, number: int, digest: str, namespace: str) -> bool:
        """Tell whether an answer in a page that was read under a number is withheld."""
        named = self._named
        return number < max(named.get(digest, 0), named.get(f"namespace/{namespace}", 0))
