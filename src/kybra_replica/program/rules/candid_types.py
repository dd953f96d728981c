"""Bodies of Records, Variants and Services; Aliases, Tuples and Funcs."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from kybra_replica.program.annotations import AnnotationRefused, read_type
from kybra_replica.program.declarations import (
    SERVICE_DECORATORS,
    Declaration,
    declarations_in,
    read_declaration,
)
from kybra_replica.program.findings import Finding, Rule
from kybra_replica.program.rules.signatures import parameters, returned
from kybra_replica.program.statements import bare_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.program.bundle import SourceFile

BASES = Rule("type-bases", "refused")
MEMBER = Rule("type-member", "refused")
ANNOTATION = Rule("type-annotation", "refused")
DEFAULT = Rule("type-default", "silent")
SERVICE_MEMBER = Rule("service-member", "refused")
SERVICE_DECORATOR = Rule("service-decorator", "refused")
SERVICE_SELF = Rule("service-self", "refused")


def check(file: SourceFile) -> Iterator[Finding]:
    """Findings about each declared type by itself."""
    for declaration in declarations_in(file.tree):
        if declaration.kind == "Service":
            yield from _service(file.path, declaration)
        elif isinstance(declaration.node, ast.ClassDef):
            yield from _class(file.path, declaration, declaration.node)
        else:
            yield from _assigned(file.path, declaration)


def _assigned(path: str, declaration: Declaration) -> Iterator[Finding]:
    try:
        read_declaration(declaration)
    except AnnotationRefused as refusal:
        yield ANNOTATION.at(path, refusal.line, f"{declaration.name}: {refusal}")


def _class(path: str, declaration: Declaration, node: ast.ClassDef) -> Iterator[Finding]:
    if len(node.bases) > 1:
        yield BASES.at(path, node, f"{node.name}: {declaration.kind} must be its only base")
    for member in node.body:
        if isinstance(member, ast.AnnAssign) and bare_name(member.target):
            yield from _field(path, node.name, member)
        elif not (declaration.kind == "Record" and _is_ellipsis(member)):
            message = (
                f"{node.name}: only `name: type` lines; no docstring, pass or method"
                " (a comment stands above the class)"
            )
            yield MEMBER.at(path, member, message)


def _field(path: str, owner: str, member: ast.AnnAssign) -> Iterator[Finding]:
    name = bare_name(member.target)
    if member.value is not None:
        message = f"{owner}.{name}: a default is ignored; make it Opt[...] and pass None"
        yield DEFAULT.at(path, member, message)
    try:
        read_type(member.annotation)
    except AnnotationRefused as refusal:
        yield ANNOTATION.at(path, refusal.line, f"{owner}.{name}: {refusal}")


def _service(path: str, declaration: Declaration) -> Iterator[Finding]:
    for member in declaration.members:
        if isinstance(member, ast.FunctionDef):
            yield from _service_method(path, declaration.name, member)
        else:
            message = f"{declaration.name}: only `def method(self, ...) -> type: ...`; no docstring"
            yield SERVICE_MEMBER.at(path, member, message)


def _service_method(path: str, owner: str, member: ast.FunctionDef) -> Iterator[Finding]:
    decorators = [bare_name(decorator) for decorator in member.decorator_list]
    if len(decorators) != 1 or decorators[0] not in SERVICE_DECORATORS:
        message = f"{owner}.{member.name} needs one decorator: @service_query or @service_update"
        yield SERVICE_DECORATOR.at(path, member, message)
    if not member.args.args or member.args.args[0].arg != "self":
        message = f"{owner}.{member.name}: the first parameter must be called self"
        yield SERVICE_SELF.at(path, member, message)
    yield from parameters(path, member, member.args.args[1:])
    yield from returned(path, member)


def _is_ellipsis(member: ast.stmt) -> bool:
    value = member.value if isinstance(member, ast.Expr) else None
    return isinstance(value, ast.Constant) and value.value is ...
