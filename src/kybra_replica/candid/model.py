"""The shapes of Candid types, as frozen values that compare by structure.

Source: the Candid specification, https://github.com/dfinity/candid/blob/master/spec/Candid.md
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

PRIMITIVES: dict[str, int] = {
    "null": -1, "bool": -2, "nat": -3, "int": -4, "nat8": -5, "nat16": -6, "nat32": -7,
    "nat64": -8, "int8": -9, "int16": -10, "int32": -11, "int64": -12, "float32": -13,
    "float64": -14, "text": -15, "reserved": -16, "empty": -17, "principal": -24,
}  # fmt: skip
"""Primitive type names and their opcodes (signed LEB128 on the wire)."""


@dataclass(frozen=True)
class Primitive:
    """A type without parts; `name` is a key of `PRIMITIVES`."""

    name: str


@dataclass(frozen=True)
class Opt:
    """`opt of`."""

    of: CandidType


@dataclass(frozen=True)
class Vec:
    """`vec of`; `Vec(Primitive("nat8"))` is blob."""

    of: CandidType


@dataclass(frozen=True)
class Field:
    """A record's or variant's field in declaration order: wire name, and the Python key."""

    name: str
    of: CandidType
    key: str | int | None = None

    @property
    def python_key(self) -> str | int:
        """The key under which a Python dict or tuple holds this field."""
        return self.name if self.key is None else self.key


@dataclass(frozen=True)
class Record:
    """Named fields; `is_tuple` renders and converts as a Python tuple."""

    fields: tuple[Field, ...]
    is_tuple: bool = False


@dataclass(frozen=True)
class Variant:
    """One of its named fields, carrying that field's value."""

    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Func:
    """A function reference; on the Python side a (Principal, method name) tuple."""

    args: tuple[CandidType, ...]
    results: tuple[CandidType, ...]
    mode: Literal["update", "query", "oneway", "composite_query"] = "update"


@dataclass(frozen=True)
class Service:
    """A service reference; `methods` are (name, Func) pairs."""

    methods: tuple[tuple[str, CandidType], ...]


@dataclass(frozen=True)
class Named:
    """A reference by name into a `TypeTable`; how recursion is written."""

    name: str


CandidType = Primitive | Opt | Vec | Record | Variant | Func | Service | Named
"""Any Candid type."""


@dataclass(frozen=True)
class TypeTable:
    """The named types of one program; `Named` resolves here.

    `types` is complete before the first value is encoded or decoded: `memo` keeps what the codec
    has worked out about them.
    """

    types: dict[str, CandidType] = field(default_factory=dict)
    memo: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __reduce__(self) -> tuple[type[TypeTable], tuple[dict[str, CandidType]]]:
        """Leave the memo out of copies and pickles: it holds closures."""
        return TypeTable, (self.types,)

    def resolve(self, of: CandidType) -> CandidType:
        """Follow names until a shape is reached; KeyError for an undefined name."""
        while isinstance(of, Named):
            of = self.types[of.name]
        return of
