"""Walking and naming the parts of a syntax tree in the way that Kybra's compiler does."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Functions = (ast.FunctionDef, ast.AsyncFunctionDef)
"""Both kinds of function statement."""

Chain = tuple[ast.stmt, ...]
"""The statements around a statement, outermost first."""


def bare_name(expression: ast.expr | None) -> str | None:
    """The identifier of a name, or the text of a string constant: Kybra treats them alike."""
    if isinstance(expression, ast.Name):
        return expression.id
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        return expression.value
    return None


def last_name(expression: ast.expr) -> str | None:
    """`query` of both `query` and `kybra.query`."""
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else None


def called(expression: ast.expr) -> ast.expr:
    """What a call calls; any other expression itself."""
    return expression.func if isinstance(expression, ast.Call) else expression


def pair_of(expression: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """The items of a tuple of two; None for anything else."""
    items = expression.elts if isinstance(expression, ast.Tuple) else []
    return (items[0], items[1]) if len(items) == 2 else None  # noqa: PLR2004 - a pair


def blocks_of(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Every block of statements directly inside `statement`."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if block:
            yield block
    for name in ("handlers", "cases"):
        for part in getattr(statement, name, ()):
            yield part.body


def walk_statements(
    body: Sequence[ast.stmt], around: Chain = ()
) -> Iterator[tuple[ast.stmt, Chain]]:
    """Every statement with those around it; expressions are not entered, which keeps it fast."""
    for statement in body:
        yield statement, around
        inner = (*around, statement)
        for block in blocks_of(statement):
            yield from walk_statements(block, inner)


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """Every node of a function's body, without those of functions and classes inside it."""
    for child in ast.iter_child_nodes(function):
        yield child
        if not isinstance(child, (*Functions, ast.Lambda, ast.ClassDef)):
            yield from own_nodes(child)


def is_generator(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether calling the function makes a generator."""
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in own_nodes(function))


def literal_names(expression: ast.expr | None) -> list[str] | None:
    """The texts of a literal list or tuple, as `__all__` is written; None for anything else."""
    if not isinstance(expression, (ast.List, ast.Tuple)):
        return None
    return [name for item in expression.elts if (name := bare_name(item)) is not None]


def target_names(target: ast.expr) -> Iterator[str]:
    """The plain names that an assignment target binds."""
    for node in ast.walk(target):
        if isinstance(node, ast.Name):
            yield node.id
