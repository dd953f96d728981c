"""The StableBTreeMap declarations of a module."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kybra_replica.program.annotations import AnnotationRefused, read_type
from kybra_replica.program.interface import StableMap
from kybra_replica.program.statements import bare_name, pair_of

if TYPE_CHECKING:
    from collections.abc import Iterator

PARAMETERS = ("memory_id", "max_key_size", "max_value_size")
"""The constructor's parameters, in their order."""

MAX_MEMORY_ID = 254
"""255 compiles and panics at first use; above it the compiler refuses."""

MAX_SIZE_BYTES = 2**32 - 1
"""Sizes are kept as 32-bit numbers."""


@dataclass(frozen=True)
class MapSite:
    """`name = StableBTreeMap[key, value](...)` at a module's top level."""

    call: ast.Call
    types: ast.expr


def map_sites(tree: ast.Module) -> Iterator[MapSite]:
    """Every map that Kybra's compiler sees: the whole value of a top-level assignment."""
    for statement in tree.body:
        value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
        if isinstance(value, ast.Call) and (site := _site(value)):
            yield site


def _site(call: ast.Call) -> MapSite | None:
    func = call.func
    if isinstance(func, ast.Subscript) and bare_name(func.value) == "StableBTreeMap":
        return MapSite(call, func.slice)
    return None


def read_map(site: MapSite) -> StableMap:
    """The map of a site; AnnotationRefused where Kybra refuses a type or a figure."""
    key, value = _map_types(site)
    memory_id, max_key_size, max_value_size = (_figure(site, name) for name in PARAMETERS)
    return StableMap(memory_id, read_type(key), read_type(value), max_key_size, max_value_size)


def _map_types(site: MapSite) -> tuple[ast.expr, ast.expr]:
    if pair := pair_of(site.types):
        return pair
    raise AnnotationRefused("write StableBTreeMap[key type, value type](...)", site.call)


def _figure(site: MapSite, name: str) -> int:
    written = _argument(site.call, name)
    if written is None:
        raise AnnotationRefused(f"{name} is missing: give it as an integer literal", site.call)
    if not isinstance(written, ast.Constant) or type(written.value) is not int:
        text = ast.unparse(written)
        raise AnnotationRefused(f"{name} must be an integer literal, not {text}", site.call)
    lowest, highest = (0, MAX_MEMORY_ID) if name == "memory_id" else (1, MAX_SIZE_BYTES)
    if not lowest <= written.value <= highest:
        raise AnnotationRefused(f"{name} must lie between {lowest} and {highest}", site.call)
    return written.value


def _argument(call: ast.Call, name: str) -> ast.expr | None:
    position = PARAMETERS.index(name)
    if position < len(call.args):
        return call.args[position]
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
