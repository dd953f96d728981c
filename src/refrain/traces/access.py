"""One access of a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable


class Access(NamedTuple):
    """A key that was asked for; its size in bytes (if the trace tells it) and its cost."""

    key: Hashable
    size_bytes: int | None = None
    cost: int = 1
