"""How deep values may nest, and which types can nest without end."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kybra_replica.candid.model import Func, Named, Opt, Primitive, Record, Service, Variant, Vec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.candid.model import CandidType, TypeTable

MAX_DEPTH = 500
"""Levels of a recursive value. The crate in a wasm has no limit but the stack (1 MiB), which a
deeper value overflows in a trap; off chain it stops at 512."""

_FRAMES = 5_000
"""Python frames that `MAX_DEPTH` levels may take, well inside a thread's C stack on 3.10."""


@contextmanager
def room_for_nesting() -> Iterator[None]:
    """Allow `MAX_DEPTH` levels, whatever recursion limit the canister has set for itself."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def parts_of(of: CandidType) -> tuple[CandidType, ...]:
    """Name the types that a type is directly made of."""
    if isinstance(of, (Opt, Vec)):
        return (of.of,)
    if isinstance(of, (Record, Variant)):
        return tuple(field.of for field in of.fields)
    if isinstance(of, Func):
        return of.args + of.results
    if isinstance(of, Service):
        return tuple(method for _, method in of.methods)
    return ()


def names_within(types: tuple[CandidType, ...], table: TypeTable) -> set[str]:
    """Collect every name reachable from `types`; KeyError for an undefined one."""
    names: set[str] = set()
    waiting = list(types)
    while waiting:
        of = waiting.pop()
        if not isinstance(of, Named):
            waiting.extend(parts_of(of))
        elif of.name not in names:
            names.add(of.name)
            waiting.append(table.types[of.name])
    return names


def recursive_names(table: TypeTable) -> frozenset[str]:
    """Find the named types that contain themselves."""
    found: frozenset[str] | None = table.memo.get("recursive")
    if found is None:
        found = frozenset(n for n in table.types if n in names_within((table.types[n],), table))
        table.memo["recursive"] = found
    return found


def may_lack(of: CandidType, table: TypeTable) -> bool:
    """Tell whether a value of the type may be absent: opt, null, reserved."""
    shape = table.resolve(of)
    return isinstance(shape, Opt) or shape in (Primitive("null"), Primitive("reserved"))


def is_blob(of: CandidType, table: TypeTable) -> bool:
    """Tell whether a type is `vec nat8`, however it is named."""
    shape = table.resolve(of)
    return isinstance(shape, Vec) and table.resolve(shape.of) == Primitive("nat8")
