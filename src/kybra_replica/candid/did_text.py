"""A program's interface as the text of a .did file, the same for the same interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.candid.model import Func, Record, Variant
from kybra_replica.candid.nesting import names_within
from kybra_replica.candid.type_text import field_texts, function_text, quoted, type_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    from kybra_replica.candid.model import CandidType, TypeTable
    from kybra_replica.program.interface import Interface, Method


def service_text(interface: Interface) -> str:
    """Write the .did file: the named types in use, then the service, both sorted by name.

    Fields stand as declared. The file ends with a newline.
    """
    table = interface.types
    init = interface.lifecycle.get("init")
    init_args = init.args if init else ()
    methods = [interface.methods[name] for name in sorted(interface.methods)]
    used = names_within((*init_args, *(of for m in methods for of in _types_of(m))), table)
    definitions = [_definition(name, table) for name in sorted(used)]
    lines = [f"{quoted(m.name)} : {function_text(_function(m), table)}" for m in methods]
    args = ", ".join(type_text(of, table) for of in init_args)
    return "\n".join([*definitions, f"service : ({args}) -> {_block(lines)}"]) + "\n"


def _types_of(method: Method) -> tuple[CandidType, ...]:
    return method.args if method.returns is None else (*method.args, method.returns)


def _function(method: Method) -> Func:
    mode: Literal["update", "query", "composite_query"] = "update"
    if method.kind == "query":
        mode = "composite_query" if method.is_async else "query"
    return Func(method.args, () if method.returns is None else (method.returns,), mode)


def _definition(name: str, table: TypeTable) -> str:
    of = table.types[name]
    if not isinstance(of, (Record, Variant)):
        return f"type {name} = {type_text(of, table)};"
    kind = "record" if isinstance(of, Record) else "variant"
    return f"type {name} = {kind} {_block(field_texts(of, table))};"


def _block(lines: Iterable[str]) -> str:
    inner = "".join(f"  {line};\n" for line in lines)
    return f"{{\n{inner}}}" if inner else "{}"
