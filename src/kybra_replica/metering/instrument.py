"""Makes a canister's code count what it costs, without changing what it does.

At the start of each run of statements that nothing can enter or leave in the middle stands an
addition to the meter; lambdas and comprehensions count in an expression. Where a builtin's work
depends on sizes, its receiver, its argument or its result passes by the meter. The call itself
stays in the canister's own frame, and what is added bears the line of what it precedes.
"""

from __future__ import annotations

import ast
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from kybra_replica.metering import sized_prices
from kybra_replica.metering.node_prices import FUNCTION_ENTRY, ITERATION, entry_price, price_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import CodeType

METER_NAME = "@meter"
"""How canister code reaches the meter: no program can spell it, and no class mangles it."""

APPEND = 1_000
"""What a comprehension does with each element."""

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def compile_metered(text: str, path: str) -> CodeType:
    """Compile a module so that it counts."""
    tree = Instrumenter().visit(ast.parse(text, path))
    return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)


class Instrumenter(ast.NodeTransformer):
    """Rewrites one module."""

    def __init__(self) -> None:
        """Begin at the top of a module, where no name is local."""
        self._local: frozenset[str] = frozenset()
        self._in_class = False
        self._methods: set[ast.AST] = set()

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Visit the parts of a node; blocks of statements get their additions."""
        for field, value in ast.iter_fields(node):
            if field in {"annotation", "returns"}:
                continue
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                is_method = node in self._methods
                price = entry_price(node, field, self._local, is_method=is_method)
                value[:] = self._block(value, price)
            elif isinstance(value, list):
                value[:] = [self._visited(part) for part in value]
            else:
                setattr(node, field, self._visited(value))
        return node

    def _visited(self, part: Any) -> Any:
        return self.visit(part) if isinstance(part, ast.AST) else part

    def _block(self, statements: Sequence[ast.stmt], price: int) -> list[ast.stmt]:
        block: list[ast.stmt] = []
        run: list[ast.stmt] = []
        first = sum(1 for _ in takewhile(_stays_first, statements))
        block += statements[:first]
        for statement in statements[first:]:
            price += price_of(statement, self._local)
            run.append(self.visit(statement))
            if _ends_run(statement):
                block += _counted(run, price)
                run, price = [], 0
        return block + _counted(run, price)

    # scopes

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:  # noqa: N802 (ast's own name)
        """Enter a function: the names that it binds are fast."""
        if self._in_class:
            self._methods.add(node)
        outer = self._local
        self._local = outer | _bound_in(node)
        node = self._inside(node, in_class=False)
        self._local = outer
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:  # noqa: N802 (ast's own name)
        """Enter a class: its functions are methods."""
        return self._inside(node, in_class=True)

    def _inside(self, node: Any, *, in_class: bool) -> Any:
        outer, self._in_class = self._in_class, in_class
        node = self.generic_visit(node)
        self._in_class = outer
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:  # noqa: N802 (ast's own name)
        """A lambda's one expression counts before it is evaluated."""
        outer = self._local
        self._local = outer | _bound_in(node)
        price = FUNCTION_ENTRY + price_of(node.body, self._local)
        node.body = _both(_tick(price), self.visit(node.body))
        node.args = self.visit(node.args)
        self._local = outer
        return node

    # comprehensions

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:  # noqa: N802 (ast's own name)
        """Each turn of a comprehension counts."""
        return self._comprehension(node)

    def visit_SetComp(self, node: ast.SetComp) -> ast.AST:  # noqa: N802 (ast's own name)
        """As for lists."""
        return self._comprehension(node)

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:  # noqa: N802 (ast's own name)
        """As for lists."""
        return self._comprehension(node)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.AST:  # noqa: N802 (ast's own name)
        """As for lists, when a turn is asked for."""
        return self._comprehension(node)

    def _comprehension(self, node: Comprehension) -> ast.AST:
        outer = self._local
        self._local = outer | _bound_in(node)
        elements = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        element = APPEND + sum(price_of(each, self._local) for each in elements)
        ticks = []
        for generator in node.generators:
            price = ITERATION + price_of(generator.target, self._local)
            price += sum(price_of(test, self._local) for test in generator.ifs)
            ticks.append(price)
        if not node.generators[-1].ifs:
            ticks[-1] += element
        self.generic_visit(node)
        for generator, price in zip(node.generators, ticks, strict=True):
            filtered = bool(generator.ifs)
            generator.ifs.insert(0, _tick(price))
            if filtered and generator is node.generators[-1]:
                generator.ifs.append(_tick(element))
        self._local = outer
        return node

    # what depends on sizes

    def visit_Call(self, node: ast.Call) -> ast.AST:  # noqa: N802 (ast's own name)
        """Let a builtin's receiver, argument and result pass by, as its price needs."""
        called = node.func
        name = getattr(called, "attr", None) or getattr(called, "id", "")
        self.generic_visit(node)
        if isinstance(called, ast.Attribute) and name in sized_prices.RECEIVERS:
            called.value = _passed("scan", called.value, name)
        if node.args and not isinstance(node.args[0], ast.Starred):
            if name in sized_prices.ARGUMENTS:
                node.args[0] = _passed("fed", node.args[0], name)
        return _passed("made", node, name) if name in sized_prices.RESULTS else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:  # noqa: N802 (ast's own name)
        """A formatted text costs by its length."""
        for part in node.values:
            if isinstance(part, ast.FormattedValue):  # its format stays: it may be no call
                part.value = self.visit(part.value)
        return _passed("made", node, "f-string")

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:  # noqa: N802 (ast's own name)
        """A slice costs by its length."""
        self.generic_visit(node)
        if isinstance(node.slice, ast.Slice) and isinstance(node.ctx, ast.Load):
            return _passed("made", node, "slice")
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:  # noqa: N802 (ast's own name)
        """A search in a text or a list costs by its length."""
        self.generic_visit(node)
        if isinstance(node.ops[-1], (ast.In, ast.NotIn)):
            node.comparators[-1] = _passed("fed", node.comparators[-1], "in")
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:  # noqa: N802 (ast's own name)
        """A repeated text or list costs by its length."""
        repeats = isinstance(node.op, ast.Mult) and any(map(_is_sequence, (node.left, node.right)))
        self.generic_visit(node)
        return _passed("made", node, "repeat") if repeats else node


def _stays_first(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "__future__"
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


COMPOUND = (ast.If, ast.For, ast.While, ast.Try, ast.With)


def _ends_run(statement: ast.stmt) -> bool:
    """After a wait, a reading of the counter or a block, what follows is counted for itself."""
    if isinstance(statement, COMPOUND):
        return True
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return False
    return any(
        isinstance(part, (ast.Yield, ast.YieldFrom))
        or (isinstance(part, ast.Attribute) and part.attr == "performance_counter")
        for part in ast.walk(statement)
    )


def _counted(run: list[ast.stmt], price: int) -> list[ast.stmt]:
    if not run:
        return []
    spent = ast.Attribute(_meter(), "spent", ast.Store())
    addition = ast.AugAssign(spent, ast.Add(), ast.Constant(price))
    first = run[0]
    decorators = getattr(first, "decorator_list", ())
    ast.copy_location(addition, decorators[0] if decorators else first)
    return [addition, *run]


def _bound_in(node: ast.AST) -> frozenset[str]:
    names = {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}
    names |= {
        part.id
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }
    return frozenset(names - set(_declared_elsewhere(node)))


def _declared_elsewhere(node: ast.AST) -> Iterable[str]:
    return (name for part in ast.walk(node) if isinstance(part, ast.Global) for name in part.names)


def _is_sequence(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, (str, bytes))
    return isinstance(node, (ast.List, ast.JoinedStr))


def _meter() -> ast.expr:
    return ast.Name(METER_NAME, ast.Load())


def _method(name: str, *args: ast.expr) -> ast.expr:
    return ast.Call(ast.Attribute(_meter(), name, ast.Load()), list(args), [])


def _tick(price: int) -> ast.expr:
    return _method("tick", ast.Constant(price))


def _passed(method: str, value: ast.expr, name: str) -> ast.expr:
    return ast.copy_location(_method(method, value, ast.Constant(name)), value)


def _both(first: ast.expr, second: ast.expr) -> ast.expr:
    return ast.copy_location(ast.BoolOp(ast.And(), [first, second]), second)
