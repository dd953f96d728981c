"""What was done to a canister, by whom: the newest changes, and how many there were."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

KEPT = 20
"""How many of the newest changes the platform keeps."""

ChangeKind = Literal["creation", "code_uninstall", "code_deployment", "controllers_change"]


@dataclass(frozen=True)
class Origin:
    """Who made a change; `canister_version` is what a calling canister said of itself."""

    sender: str
    is_canister: bool = False
    canister_version: int | None = None


@dataclass(frozen=True)
class Change:
    """One change; `mode` and `module_hash` belong to a deployment, `controllers` to the rest."""

    time_ns: int
    version: int
    origin: Origin
    kind: ChangeKind
    mode: str = ""
    module_hash: str = ""
    controllers: tuple[str, ...] = ()


@dataclass
class History:
    """The newest changes in order."""

    total: int = 0
    recent: list[Change] = field(default_factory=list)

    def add(self, change: Change) -> None:
        """Keep a change, and forget the oldest beyond what is kept."""
        self.total += 1
        self.recent = [*self.recent, change][-KEPT:]

    def as_json(self) -> dict[str, Any]:
        """Plain values for the state file."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> History:
        """Read what `as_json` wrote."""
        return cls(values["total"], [_change(each) for each in values["recent"]])


def _change(values: dict[str, Any]) -> Change:
    origin, controllers = Origin(**values["origin"]), tuple(values["controllers"])
    return Change(**{**values, "origin": origin, "controllers": controllers})
