"""The types a message says its values have.

A reference is an int: a primitive's negative opcode, or a place in the message's type table.
"""

from __future__ import annotations

from typing import NamedTuple

from kybra_replica.candid.field_ids import label_text
from kybra_replica.candid.model import PRIMITIVES

MODE_NAMES = {1: "query", 2: "oneway", 3: "composite_query"}
PRIMITIVE_NAMES = {opcode: name for name, opcode in PRIMITIVES.items()}
NULL, RESERVED = PRIMITIVES["null"], PRIMITIVES["reserved"]


class WireOpt(NamedTuple):
    """`opt`."""

    of: int


class WireVec(NamedTuple):
    """`vec`."""

    of: int


class WireRecord(NamedTuple):
    """`record`; (field id, reference) in ascending order of id."""

    fields: tuple[tuple[int, int], ...]

    @property
    def is_tuple(self) -> bool:
        """Tell whether the ids are 0, 1, and so on."""
        return all(number == at for at, (number, _) in enumerate(self.fields))


class WireVariant(NamedTuple):
    """`variant`; (field id, reference) in ascending order of id."""

    fields: tuple[tuple[int, int], ...]


class WireFunc(NamedTuple):
    """`func`; `mode` as in `model.Func`."""

    args: tuple[int, ...]
    results: tuple[int, ...]
    mode: str


class WireService(NamedTuple):
    """`service`; (name, reference to a func) in ascending order of name."""

    methods: tuple[tuple[str, int], ...]


class WireFuture(NamedTuple):
    """A type of a later Candid, with the size that lets it be skipped."""

    opcode: int


WireEntry = WireOpt | WireVec | WireRecord | WireVariant | WireFunc | WireService | WireFuture
"""One entry of a type table."""


class Header(NamedTuple):
    """A message's type table, its arguments' types, and where its values begin."""

    entries: tuple[WireEntry, ...]
    args: tuple[int, ...]
    size: int


def reference_text(reference: int) -> str:
    """Name a type as the crate does in errors: nat64, table0."""
    return PRIMITIVE_NAMES[reference] if reference < 0 else f"table{reference}"


def shape_text(header: Header, reference: int) -> str:
    """Write a type out, its parts by reference."""
    if reference < 0:
        return reference_text(reference)
    entry = header.entries[reference]
    if isinstance(entry, (WireOpt, WireVec)):
        kind = "opt" if isinstance(entry, WireOpt) else "vec"
        return f"{kind} {reference_text(entry.of)}"
    if isinstance(entry, (WireRecord, WireVariant)):
        return _fields_text(entry)
    if isinstance(entry, WireFunc):
        mode = "" if entry.mode == "update" else f" {entry.mode}"
        return f"func ({_list_text(entry.args)}) -> ({_list_text(entry.results)}){mode}"
    if isinstance(entry, WireService):
        methods = "; ".join(f"{name} : {reference_text(of)}" for name, of in entry.methods)
        return f"service {{ {methods} }}"
    return "future"


def _fields_text(entry: WireRecord | WireVariant) -> str:
    if isinstance(entry, WireRecord) and entry.is_tuple:
        return f"record {{ {'; '.join(reference_text(of) for _, of in entry.fields)} }}"
    kind = "record" if isinstance(entry, WireRecord) else "variant"
    fields = [f"{label_text(number)} : {reference_text(of)}" for number, of in entry.fields]
    return f"{kind} {{ {'; '.join(fields)} }}"


def _list_text(references: tuple[int, ...]) -> str:
    return ", ".join(map(reference_text, references))
