"""The Candid types that a module declares at its top level."""

from __future__ import annotations

import ast
import keyword
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kybra_replica.candid.model import CandidType, Field, Func, Record, Service, Variant
from kybra_replica.program.annotations import (
    AnnotationRefused,
    read_func,
    read_return,
    read_tuple,
    read_type,
    results_of,
)
from kybra_replica.program.interface import ServiceMethod
from kybra_replica.program.statements import bare_name

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["Record", "Variant", "Service", "Alias", "Tuple", "Func"]
"""What a declaration makes."""

CLASS_KINDS: tuple[Kind, ...] = ("Record", "Variant", "Service")
"""The bases that make a class a Candid type."""

SERVICE_DECORATORS = ("service_query", "service_update")
"""What a Service's method must bear, exactly once."""


@dataclass(frozen=True)
class Declaration:
    """A named type's statement; `value` is what is assigned, None for a class."""

    name: str
    kind: Kind
    node: ast.stmt
    value: ast.expr | None = None

    @property
    def members(self) -> list[ast.stmt]:
        """The body of a class."""
        return self.node.body if isinstance(self.node, ast.ClassDef) else []


def declarations_in(tree: ast.Module) -> Iterator[Declaration]:
    """Every type declared at the top level, in order; nested ones Kybra does not see."""
    for statement in tree.body:
        found = declared_class(statement) or _declared_name(statement)
        if found:
            yield found


def declared_class(statement: ast.stmt) -> Declaration | None:
    """The Record, Variant or Service that a class statement declares."""
    if not isinstance(statement, ast.ClassDef):
        return None
    bases = {bare_name(base) for base in statement.bases}
    for kind in CLASS_KINDS:
        if kind in bases:
            return Declaration(statement.name, kind, statement)
    return None


def _declared_name(statement: ast.stmt) -> Declaration | None:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, is_plain = statement.targets[0], True
    elif isinstance(statement, ast.AnnAssign):
        target, is_plain = statement.target, False
    else:
        return None
    kind = _value_kind(statement.value, is_plain=is_plain)
    name = bare_name(target)
    return Declaration(name, kind, statement, statement.value) if name and kind else None


def _value_kind(value: ast.expr | None, *, is_plain: bool) -> Kind | None:
    """Tuple needs a plain assignment; Alias and Func may be annotated."""
    if isinstance(value, ast.Call):
        return "Func" if bare_name(value.func) == "Func" else None
    if not isinstance(value, ast.Subscript):
        return None
    outer = bare_name(value.value)
    if outer == "Alias":
        return "Alias"
    return "Tuple" if outer == "Tuple" and is_plain else None


def read_declaration(declaration: Declaration) -> CandidType:
    """The type of a declaration; AnnotationRefused where Kybra refuses it."""
    value = declaration.value
    if isinstance(value, ast.Call):
        return read_func(value)
    if isinstance(value, ast.Subscript):
        return read_tuple(value) if declaration.kind == "Tuple" else read_type(value.slice)
    if declaration.kind == "Record":
        return Record(tuple(_fields(declaration)))
    if declaration.kind == "Variant":
        return Variant(tuple(_fields(declaration)))
    methods = service_methods(declaration)
    return Service(tuple((method.name, func) for method, func in methods))


def wire_name(name: str) -> str:
    """A field's name on the wire: `from_` is `from`, all others stand as they are."""
    return name[:-1] if name.endswith("_") and keyword.iskeyword(name[:-1]) else name


def _fields(declaration: Declaration) -> Iterator[Field]:
    for member in declaration.members:
        if isinstance(member, ast.AnnAssign) and (name := bare_name(member.target)):
            wire = wire_name(name)
            yield Field(wire, read_type(member.annotation), None if wire == name else name)


def service_methods(declaration: Declaration) -> Iterator[tuple[ServiceMethod, Func]]:
    """A Service's methods, as a caller declares them."""
    for member in declaration.members:
        if isinstance(member, ast.FunctionDef):
            yield _service_method(member)


def _service_method(member: ast.FunctionDef) -> tuple[ServiceMethod, Func]:
    if member.returns is None:
        raise AnnotationRefused(f"{member.name} needs a return annotation (void for none)", member)
    args = tuple(read_parameter(arg) for arg in member.args.args[1:])
    returned = read_return(member.returns)
    is_query = any(bare_name(d) == "service_query" for d in member.decorator_list)
    func = Func(args, results_of(returned), "query" if is_query else "update")
    return ServiceMethod(member.name, args, returned), func


def read_parameter(parameter: ast.arg) -> CandidType:
    """The type of one parameter; AnnotationRefused where it has none."""
    if parameter.annotation is None:
        raise AnnotationRefused(f"parameter {parameter.arg!r} needs a type annotation", parameter)
    return read_type(parameter.annotation)
