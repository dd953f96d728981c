"""Which names `from entry import *` puts into the scope where Kybra looks methods up."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from kybra_replica.program.statements import (
    Functions,
    bare_name,
    literal_names,
    target_names,
    walk_statements,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.program.bundle import Bundle, SourceFile


def exported_names(bundle: Bundle) -> set[str]:
    """The names that the entry module exports by `*`."""
    file = bundle.module(bundle.entry)
    return star_names(bundle, file, frozenset()) if file else set()


def star_names(bundle: Bundle, file: SourceFile, seen: frozenset[str]) -> set[str]:
    """What `from file import *` binds: `__all__` if there is one, else all without underscore."""
    names = set(_bound_names(bundle, file, seen | {file.path}))
    listed = _listed(file.tree)
    if listed is not None:
        return names & set(listed)
    return {name for name in names if not name.startswith("_")}


def _listed(tree: ast.Module) -> list[str] | None:
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and bare_name(statement.targets[0]) == "__all__":
            return literal_names(statement.value)
    return None


def _bound_names(bundle: Bundle, file: SourceFile, seen: frozenset[str]) -> Iterator[str]:
    for statement, around in walk_statements(file.tree.body):
        if not any(isinstance(outer, (*Functions, ast.ClassDef)) for outer in around):
            yield from _names_of(statement)
    for found in file.imports:
        if found.is_top_level and found.name == "*":
            other = bundle.module(found.module)
            if other and other.path not in seen:
                yield from star_names(bundle, other, seen)
        elif found.is_top_level and found.bound:
            yield found.bound


def _names_of(statement: ast.stmt) -> Iterator[str]:
    """What a statement other than an import binds."""
    if isinstance(statement, (*Functions, ast.ClassDef)):
        yield statement.name
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from target_names(target)
    elif isinstance(statement, (ast.AnnAssign, ast.For)):
        yield from target_names(statement.target)
    elif isinstance(statement, ast.With):
        for item in statement.items:
            if item.optional_vars:
                yield from target_names(item.optional_vars)
