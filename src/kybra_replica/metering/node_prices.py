"""Prices of Python's own steps, by the kind of syntax node.

Each is a share of what a micro-program took on the real runtime: the rows of
`benchmarks/instruction_rows.py` name them, and a test holds the sums to the measured figures.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

LOCAL = 400
GLOBAL = 1_500
"""A name that is looked up in a dict: a module's, a class's or a builtin."""

STORE_LOCAL = 500
JUMP = 600
ITERATION = 1_500
ITERATOR = 1_200
CALL = 2_500
KEYWORD = 1_500
NEW_OBJECT = 8_000
ATTRIBUTE = 7_000
METHOD = 4_500
"""An attribute that is called at once: no bound method is made."""

STORE_ATTRIBUTE = 5_000
STORE_ITEM = 3_100
SLICE = 7_000
FUNCTION_ENTRY = 6_800
METHOD_ENTRY = 13_600
MAKE_FUNCTION = 4_000
MAKE_CLASS = 60_000
RAISE = 14_000
CATCH = 3_000
WITH = 8_000
YIELD = 3_000
IMPORT = 5_000
FORMAT = 10_000
FORMATTED_TEXT = 4_000
PERCENT_FORMAT = 20_000

SECOND_OPERAND_PERCENT = 60
"""How often the later operands of `and` and `or` are taken to be evaluated."""

OF_CLASS = {
    "NamedTuple": 2_000_000,
    "Enum": 4_000_000,
    "IntEnum": 4_000_000,
    "dataclass": 26_000_000,
}
"""What a class costs to define by one of these, as its base or decorator."""

OWN: dict[type[ast.AST], int] = {
    ast.Constant: LOCAL,
    ast.BinOp: 1_500,
    ast.UnaryOp: 1_000,
    ast.Compare: 1_700,
    ast.NamedExpr: STORE_LOCAL,
    ast.List: 1_000,
    ast.Tuple: 1_000,
    ast.Set: 2_000,
    ast.Dict: 1_500,
    ast.Starred: 2_000,
    ast.keyword: KEYWORD,
    ast.FormattedValue: FORMAT,
    ast.JoinedStr: FORMATTED_TEXT,
    ast.Yield: YIELD,
    ast.YieldFrom: YIELD,
    ast.Return: 500,
    ast.Raise: RAISE,
    ast.Assert: JUMP,
    ast.AugAssign: 1_500,
    ast.If: JUMP,
    ast.While: JUMP,
    ast.For: ITERATOR,
    ast.Try: 500,
    ast.With: WITH,
    ast.Pass: 200,
    ast.Expr: 200,
}
"""What a node costs beside its parts; 0 for what is not listed."""


def price_of(node: ast.AST | None, local: Collection[str]) -> int:
    """An expression, or a statement without the blocks within it; `local` are fast names."""
    if node is None:
        return 0
    special = SPECIAL.get(type(node))
    if special is not None:
        return special(node, local)
    return OWN.get(type(node), 0) + _parts(node, local)


def entry_price(node: ast.AST, field: str, local: Collection[str], *, is_method: bool) -> int:
    """What entering the block `field` of a statement costs, each time."""
    if field != "body":
        return 0
    if isinstance(node, ast.FunctionDef):
        return METHOD_ENTRY if is_method else FUNCTION_ENTRY
    if isinstance(node, ast.For):
        return ITERATION + price_of(node.target, local)
    if isinstance(node, ast.While):
        return JUMP + price_of(node.test, local)
    if isinstance(node, ast.ExceptHandler):
        return CATCH + price_of(node.type, local)
    return 0


def _parts(node: ast.AST, local: Collection[str]) -> int:
    total = 0
    for field, value in ast.iter_fields(node):
        if field in NOT_COUNTED:
            continue
        for part in value if isinstance(value, list) else (value,):
            if isinstance(part, ast.AST) and not isinstance(part, ast.stmt):
                total += price_of(part, local)
    return total


NOT_COUNTED = frozenset(["annotation", "returns", "ctx", "format_spec", "handlers"])


def _name(node: Any, local: Collection[str]) -> int:
    if isinstance(node.ctx, ast.Load):
        return LOCAL if node.id in local else GLOBAL
    return STORE_LOCAL if node.id in local else GLOBAL


def _attribute(node: Any, local: Collection[str]) -> int:
    own = ATTRIBUTE if isinstance(node.ctx, ast.Load) else STORE_ATTRIBUTE
    return own + price_of(node.value, local)


def _subscript(node: Any, local: Collection[str]) -> int:
    if isinstance(node.slice, ast.Slice):
        own = SLICE
    else:
        own = 1_500 if isinstance(node.ctx, ast.Load) else STORE_ITEM
    return own + price_of(node.value, local) + price_of(node.slice, local)


def _call(node: Any, local: Collection[str]) -> int:
    total = CALL + sum(price_of(part, local) for part in (*node.args, *node.keywords))
    called = node.func
    if not isinstance(called, ast.Attribute):
        name = called.id if isinstance(called, ast.Name) else ""
        return total + price_of(called, local) + _new(name)
    return total + METHOD + price_of(called.value, local) + _new(called.attr)


def _new(name: str) -> int:
    """A class is told by its capital letter."""
    return NEW_OBJECT if name.lstrip("_")[:1].isupper() and not name.isupper() else 0


def _either(node: Any, local: Collection[str]) -> int:
    first, *later = (price_of(value, local) for value in node.values)
    return first + JUMP + sum(later) * SECOND_OPERAND_PERCENT // 100


def _choice(node: Any, local: Collection[str]) -> int:
    branches = price_of(node.body, local) + price_of(node.orelse, local)
    return price_of(node.test, local) + JUMP + branches // 2


def _percent(node: Any, local: Collection[str]) -> int:
    text = isinstance(node.left, ast.Constant) and isinstance(node.left.value, (str, bytes))
    formatting = PERCENT_FORMAT if text and isinstance(node.op, ast.Mod) else 0
    return formatting + OWN[ast.BinOp] + _parts(node, local)


def _comprehension(node: Any, local: Collection[str]) -> int:
    return FUNCTION_ENTRY + ITERATOR + price_of(node.generators[0].iter, local)


def _function(node: Any, local: Collection[str]) -> int:
    defaults = (*node.args.defaults, *node.args.kw_defaults, *getattr(node, "decorator_list", ()))
    return MAKE_FUNCTION + GLOBAL + sum(price_of(default, local) for default in defaults)


def _class(node: Any, local: Collection[str]) -> int:
    marks = [*node.bases, *node.decorator_list]
    names = {mark.func if isinstance(mark, ast.Call) else mark for mark in marks}
    special = [OF_CLASS.get(_last_name(name), 0) for name in names]
    return MAKE_CLASS + max(special, default=0) + sum(price_of(mark, local) for mark in marks)


def _last_name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _import(node: Any, local: Collection[str]) -> int:
    del local
    return IMPORT + GLOBAL * len(node.names)


def _augmented(node: Any, local: Collection[str]) -> int:
    if isinstance(node.target, ast.Name):
        reading = LOCAL if node.target.id in local else GLOBAL
    else:
        reading = ATTRIBUTE if isinstance(node.target, ast.Attribute) else 1_500
    return OWN[ast.AugAssign] + reading + price_of(node.target, local) + price_of(node.value, local)


SPECIAL: dict[type[ast.AST], Callable[[Any, Collection[str]], int]] = {
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.BoolOp: _either,
    ast.IfExp: _choice,
    ast.BinOp: _percent,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.DictComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.Lambda: _function,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.AugAssign: _augmented,
}
