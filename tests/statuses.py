"""How an answer was served, compared without the figures that go with it: ttl, key and detail."""

from __future__ import annotations

from refrain_core.cache_status import parse_status, status_text


class Served:
    """Equal to every cache status that tells the same serving."""

    def __init__(self, plain: str) -> None:
        """Compare with `plain`, a status without figures."""
        self.plain = plain

    def __eq__(self, other: object) -> bool:
        """Whether `other` is the text of such a status."""
        status = parse_status(other) if isinstance(other, str) else None
        if status is None:
            return False
        return status_text(status._replace(ttl_s=None, key=None, detail=None)) == self.plain

    def __hash__(self) -> int:
        """Raise: it equals texts of different hashes."""
        raise TypeError("compare it, and keep it out of sets")

    def __repr__(self) -> str:
        """Show it where a comparison failed."""
        return f"Served({self.plain!r})"


HIT = Served("hit")
COLLAPSED = Served("fwd=miss; collapsed")
MISS = Served("fwd=miss")
MISS_STORED = Served("fwd=miss; stored")
STALE_STORED = Served("fwd=stale; stored")
