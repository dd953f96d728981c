"""Pieces of syntax trees: what `instrument` asks of them, and what it puts into them."""

from __future__ import annotations

import ast
from typing import Any

METER_NAME = "@meter"
"""How canister code reaches the meter: no program can spell it, and no class mangles it."""


def stays_first(statement: ast.stmt) -> bool:
    """Whether a statement must stay at its block's beginning: a docstring, a future import."""
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "__future__"
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


COMPOUND = (ast.If, ast.For, ast.While, ast.Try, ast.With)
"""Statements with blocks that may or may not run."""


def counted(run: list[ast.stmt], price: int) -> list[ast.stmt]:
    """A run of statements behind the addition of its price."""
    if not run:
        return []
    decorators: list[ast.expr] = getattr(run[0], "decorator_list", [])
    first = decorators[0] if decorators else run[0]
    spent = _at(first, ast.Attribute(_meter(first), "spent", ast.Store()))
    return [_at(first, ast.AugAssign(spent, ast.Add(), _constant(first, price))), *run]


def bound_in(node: ast.AST) -> frozenset[str]:
    """The names that a function, lambda or comprehension binds."""
    bound, elsewhere = set(), set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            if isinstance(part.ctx, ast.Store):
                bound.add(part.id)
        elif isinstance(part, ast.arg):
            bound.add(part.arg)
        elif isinstance(part, ast.Global):
            elsewhere.update(part.names)
    return frozenset(bound - elsewhere)


def is_sequence(node: ast.expr) -> bool:
    """Whether an expression is a text, bytes or list to the eye."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, (str, bytes))
    return isinstance(node, (ast.List, ast.JoinedStr))


def tick(where: ast.expr, price: int) -> ast.expr:
    """An addition within an expression; true."""
    return _method(where, "tick", _constant(where, price))


def passed(method: str, value: ast.expr, name: str) -> ast.expr:
    """An expression whose value passes by the meter."""
    return _method(value, method, value, _constant(value, name))


def both(first: ast.expr, second: ast.expr) -> ast.expr:
    """One expression after the other; the value is the second's."""
    together: ast.expr = _at(second, ast.BoolOp(ast.And(), [first, second]))
    return together


def _at(where: ast.AST, node: Any) -> Any:
    """Nothing that is added has a place of its own: failures bear the canister's lines."""
    return ast.copy_location(node, where)


def _meter(where: ast.AST) -> ast.expr:
    meter: ast.expr = _at(where, ast.Name(METER_NAME, ast.Load()))
    return meter


def _constant(where: ast.AST, value: int | str) -> ast.expr:
    constant: ast.expr = _at(where, ast.Constant(value))
    return constant


def _method(where: ast.expr, name: str, *args: ast.expr) -> ast.expr:
    called = _at(where, ast.Attribute(_meter(where), name, ast.Load()))
    call: ast.expr = _at(where, ast.Call(called, list(args), []))
    return call
