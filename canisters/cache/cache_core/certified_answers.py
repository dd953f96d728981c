"""The certified log of this cache: its secret, its epochs, and what is still to be loaded.

The log is a part of the heap. Each epoch begins without rows: at an upgrade, after a purge or a
taint, and when too many rows are of answers that left. `certifying.load_step` fills it again.
"""

from collections.abc import Callable, Iterable
from typing import Any

from cache_core.meta_rows import MetaRows
from refrain_core.certified_rows import CertifiedRows, Proof

MOST_LEFT_OVER = 10_000
"""Rows of answers that left, which may outnumber those of stored ones; each 78 bytes of heap."""


Certify = Callable[[bytes], Any]
"""Takes each root of the log."""


class CertifiedAnswers:
    """Which stored answers can be proven; every root is handed to `certify` at once."""

    def __init__(self, meta: MetaRows, certify: "Certify | None") -> None:
        """Certify nothing until an epoch begins."""
        self._meta = meta
        self._certify = certify
        self._rows = rows = CertifiedRows()
        # The rows' own, since a call that only hands on costs as much as what it hands on to.
        self.forget: Callable[[str], None] = rows.forget
        self.proof: Callable[[str], Proof | None] = rows.proof
        self.waiting: "list[str] | None" = None
        """Digests to be loaded, the next one last; None where they are not listed yet."""

    @property
    def is_open(self) -> bool:
        """Tell whether there is a log."""
        return self._rows.is_open

    @property
    def is_outgrown(self) -> bool:
        """Tell whether most of a log that is not small proves what is no longer stored."""
        return self._rows.left_over > max(MOST_LEFT_OVER, len(self._rows))

    def begin(self, secret: str) -> None:
        """Keep the secret, drawn once, and begin the first epoch."""
        self._meta.keep_secret(secret)
        self.begin_epoch()

    def begin_epoch(self) -> None:
        """Make everything unprovable until it is loaded again; nothing happens without a secret."""
        secret = self._meta.secret()
        if secret:
            self.waiting = None
            self._sign(self._rows.open(secret, str(self._meta.next_epoch()).encode()))

    def keep(self, digest: str, record: str) -> None:
        """Certify a record as it is served, in place of the digest's former one."""
        # As `_sign`: the call would cost a put more than the question.
        root, certify = self._rows.keep(digest, record), self._certify
        if root and certify is not None:
            certify(root)

    def load(self, records: Iterable[tuple[str, str]]) -> None:
        """Certify stored (digest, record) that are not yet."""
        self._sign(self._rows.load(records))

    def drop(self, digests: Iterable[str]) -> None:
        """Make answers unprovable."""
        self._sign(self._rows.drop_all(digests))

    def drop_for_now(self, digests: list[str]) -> None:
        """Make answers unprovable until they are loaded again, those of them that may be."""
        self.drop(digests)
        if self.waiting is not None:
            self.waiting.extend(digests)

    def uncertified(self, digests: list[str]) -> list[str]:
        """List those of some answers that cannot be proven."""
        return self._rows.missing(digests)

    def progress(self, indexed: int) -> "tuple[int, int]":
        """Count the answers that can be proven, and with them those that wait.

        Until these are listed, that is as many as are indexed by now.
        """
        certified = len(self._rows)
        return (certified, indexed if self.waiting is None else certified + len(self.waiting))

    def _sign(self, root: bytes) -> None:
        if root and self._certify is not None:
            self._certify(root)
