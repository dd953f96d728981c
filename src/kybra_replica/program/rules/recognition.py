"""Methods and types that look declared, but that Kybra's compiler does not see."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from kybra_replica.program.annotations import PRIMITIVE_TYPES
from kybra_replica.program.declarations import CLASS_KINDS, SERVICE_DECORATORS
from kybra_replica.program.findings import Finding, Rule
from kybra_replica.program.methods import DECORATORS
from kybra_replica.program.statements import (
    Chain,
    Functions,
    bare_name,
    called,
    last_name,
    walk_statements,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.program.bundle import SourceFile

DOTTED = Rule("unseen-dotted-name", "silent")
RENAMED = Rule("unseen-renamed-import", "silent")
NESTED = Rule("unseen-nested", "silent")
ASYNC_DEF = Rule("unseen-async-def", "silent")
GENERIC = Rule("unseen-inherited-record", "silent")
TUPLE = Rule("unseen-annotated-tuple", "silent")

MATCHED_NAMES = frozenset(
    {*DECORATORS, *CLASS_KINDS, *SERVICE_DECORATORS, *PRIMITIVE_TYPES, "Opt", "Vec", "Tuple"}
    | {"Alias", "Async", "Manual", "Func", "Query", "Update", "Oneway", "StableBTreeMap"}
    | {"GuardResult"}
)
"""Names that the compiler compares as text, wherever they come from."""


def check(file: SourceFile) -> Iterator[Finding]:
    """Findings about declarations that would be dropped without a word."""
    ours = {f.bound for f in file.imports if f.module == "kybra"} - {None}
    star = any(f.module == "kybra" and f.name == "*" for f in file.imports)
    known = MATCHED_NAMES if star else MATCHED_NAMES & ours
    yield from _renamed_imports(file)
    for statement, around in walk_statements(file.tree.body):
        if isinstance(statement, Functions):
            yield from _function(file.path, statement, around, known)
        elif isinstance(statement, ast.ClassDef):
            yield from _class(file, statement, around, known)
        elif isinstance(statement, ast.AnnAssign) and not around:
            yield from _annotated_tuple(file.path, statement)


def _renamed_imports(file: SourceFile) -> Iterator[Finding]:
    for found in file.imports:
        if found.module == "kybra" and found.name in MATCHED_NAMES and found.bound != found.name:
            message = f"import {found.name} by its own name: Kybra compares the name as text"
            yield RENAMED.at(file.path, found.line, message)


def _function(
    path: str,
    function: ast.FunctionDef | ast.AsyncFunctionDef,
    around: Chain,
    known: frozenset[str],
) -> Iterator[Finding]:
    for decorator in map(called, function.decorator_list):
        name = last_name(decorator)
        if name not in DECORATORS:
            continue
        if isinstance(decorator, ast.Attribute) and bare_name(decorator.value) == "kybra":
            message = f"{function.name} is not exported: write @{name}, imported by name"
            yield DOTTED.at(path, function, message)
        elif around and name in known:
            message = f"{function.name} is not exported: @{name} works at a module's top level only"
            yield NESTED.at(path, function, message)
        elif isinstance(function, ast.AsyncFunctionDef) and name in known:
            message = f"{function.name} is not exported: write def with yield and Async[...]"
            yield ASYNC_DEF.at(path, function, message)


def _class(
    file: SourceFile, node: ast.ClassDef, around: Chain, known: frozenset[str]
) -> Iterator[Finding]:
    records = {c.name for c in file.tree.body if isinstance(c, ast.ClassDef) and _is_type(c)}
    for base in node.bases:
        name = last_name(base)
        if isinstance(base, ast.Attribute) and bare_name(base.value) == "kybra":
            if name in CLASS_KINDS:
                message = f"{node.name} is no {name}: write class {node.name}({name})"
                yield DOTTED.at(file.path, node, message)
        elif around and name in known and name in CLASS_KINDS:
            message = f"{node.name} is not declared: types stand at a module's top level"
            yield NESTED.at(file.path, node, message)
        elif name in records and not _is_type(node):
            message = f"{node.name} is no Candid type: inherit from Record, repeat {name}'s fields"
            yield GENERIC.at(file.path, node, message)


def _is_type(node: ast.ClassDef) -> bool:
    return any(bare_name(base) in {"Record", "Variant"} for base in node.bases)


def _annotated_tuple(path: str, statement: ast.AnnAssign) -> Iterator[Finding]:
    value = statement.value
    if isinstance(value, ast.Subscript) and bare_name(value.value) == "Tuple":
        message = "write NAME = Tuple[...] without an annotation, else it is not declared"
        yield TUPLE.at(path, statement, message)
