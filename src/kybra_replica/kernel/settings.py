"""A canister's settings, as its controllers set them.

Defaults of a local network: dfinity/ic, rs/config/src (October 2025), and the interface
specification for what is newer. Memory in bytes, the freezing threshold in seconds.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Audience = Literal["controllers", "public", "allowed_viewers"]


@dataclass(frozen=True)
class Visibility:
    """Who may see something beside the controllers; `viewers` matter to allowed_viewers only."""

    audience: Audience = "controllers"
    viewers: tuple[str, ...] = ()

    def admits(self, viewer: str, controllers: tuple[str, ...]) -> bool:
        """Whether `viewer` may see it."""
        is_viewer = self.audience == "allowed_viewers" and viewer in self.viewers
        return self.audience == "public" or is_viewer or viewer in controllers


@dataclass(frozen=True)
class Settings:
    """All settings but the controllers; kept and shown, and of effect where a rule says so."""

    compute_allocation: int = 0
    memory_allocation: int = 0
    freezing_threshold: int = 2_592_000
    reserved_cycles_limit: int = 5_000_000_000_000
    minimum_incoming_canister_call_cycles: int = 0
    log_visibility: Visibility = field(default_factory=Visibility)
    log_memory_limit: int = 4_096
    snapshot_visibility: Visibility = field(default_factory=Visibility)
    status_visibility: Visibility = field(default_factory=Visibility)
    wasm_memory_limit: int = 3_221_225_472
    wasm_memory_threshold: int = 0
    environment_variables: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values for the state file."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Settings:
        """Read what `as_json` wrote, also where an older version wrote fewer settings."""
        read = dict(values)
        for name in ("log_visibility", "snapshot_visibility", "status_visibility"):
            if name in read:
                kept = read[name]
                read[name] = Visibility(kept["audience"], tuple(kept["viewers"]))
        pairs = read.get("environment_variables", ())
        read["environment_variables"] = tuple((name, value) for name, value in pairs)
        return cls(**read)
