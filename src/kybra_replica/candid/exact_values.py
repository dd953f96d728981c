"""What the specification tells apart and Kybra's Python values do not.

An exact value of a type is: None for null, reserved and the absent opt; `Some` for the present
opt; bool, int, float, str as usual; bytes for vec nat8, else a list; a dict by field name for a
record, one of a single member for a variant; `Reference` for principals and services; a pair of
`Reference` and method name for functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kybra import Principal


@dataclass(frozen=True)
class Some:
    """A present opt; `opt null` is no null."""

    value: Any


@dataclass(frozen=True)
class Reference:
    """A principal's or service's bytes, at most 29."""

    raw: bytes

    def to_str(self) -> str:
        """Write the textual form."""
        return str(Principal(bytes=self.raw).to_str())

    @property
    def canister_id(self) -> Reference:
        """Itself: what writes a service asks for this, as Kybra's Service objects have it."""
        return self
