"""What a canister program declares: its methods, maps, services and Candid types."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from kybra_replica.candid.model import CandidType, TypeTable


@dataclass(frozen=True)
class Method:
    """One exported or lifecycle method; `returns` None is void."""

    name: str
    kind: Literal["query", "update", "lifecycle"]
    arg_names: tuple[str, ...]
    args: tuple[CandidType, ...]
    returns: CandidType | None
    is_async: bool = False
    is_manual: bool = False
    guard: str | None = None


@dataclass(frozen=True)
class StableMap:
    """One `StableBTreeMap`; sizes in bytes of the Candid-encoded key and value."""

    memory_id: int
    key: CandidType
    value: CandidType
    max_key_size: int
    max_value_size: int


@dataclass(frozen=True)
class ServiceMethod:
    """One method of a `Service` class, as a caller declares it."""

    name: str
    args: tuple[CandidType, ...]
    returns: CandidType | None


@dataclass(frozen=True)
class Interface:
    """All that the replica must know of a program to move typed values across its boundary.

    `lifecycle` is keyed by "init", "post_upgrade", "pre_upgrade", "inspect_message";
    `service_methods` by "Service.method", as kybra's AsyncInfo names a call.
    """

    types: TypeTable = field(default_factory=TypeTable)
    methods: dict[str, Method] = field(default_factory=dict)
    lifecycle: dict[str, Method] = field(default_factory=dict)
    maps: dict[int, StableMap] = field(default_factory=dict)
    service_methods: dict[str, ServiceMethod] = field(default_factory=dict)


@dataclass(frozen=True)
class Program:
    """A canister's bundle: `sources` maps a path like "main.py" or "pkg/mod.py" to its text.

    `entry` is the entry module's name. kybra itself is never in `sources`: the installed,
    genuine package serves.
    """

    name: str
    entry: str
    sources: dict[str, str]
    interface: Interface
