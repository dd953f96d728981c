"""Whole Candid messages from Python values, as Kybra converts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kybra_replica.candid.composite_writers import WriterFactory
from kybra_replica.candid.nesting import names_within, recursive_names, room_for_nesting
from kybra_replica.candid.type_table import header_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kybra_replica.candid.model import CandidType, TypeTable
    from kybra_replica.candid.scalar_writers import Writer


class _Plan(NamedTuple):
    header: bytes
    writers: list[Writer]
    is_recursive: bool


def encode(types: Sequence[CandidType], values: Sequence[Any], table: TypeTable) -> bytes:
    """Encode `values` as a message of `types`.

    Raises what Kybra raises for a value that its type refuses (TypeError, OverflowError,
    KeyError, IndexError, and whatever the value's own `to_str` or `__getitem__` raises),
    RecursionError for one that nests over `MAX_DEPTH` levels.
    """
    if len(types) != len(values):
        raise ValueError(f"{len(types)} types for {len(values)} values")
    plan = _plan(tuple(types), table)
    if plan.is_recursive:
        with room_for_nesting():
            return _write(plan, values)
    return _write(plan, values)


def _write(plan: _Plan, values: Sequence[Any]) -> bytes:
    parts = [write(value, 0) for write, value in zip(plan.writers, values)]  # noqa: B905 - hot
    return plan.header + b"".join(parts)


def _plan(types: tuple[CandidType, ...], table: TypeTable) -> _Plan:
    key = ("encode", types)
    plan: _Plan | None = table.memo.get(key)
    if plan is None:
        factory = WriterFactory(table)
        writers = [factory.writer(of) for of in types]
        is_recursive = not recursive_names(table).isdisjoint(names_within(types, table))
        plan = table.memo[key] = _Plan(header_bytes(types, table), writers, is_recursive)
    return plan
