"""Makes a canister's code count what it costs, without changing what it does.

At the start of each run of statements that nothing can enter or leave in the middle stands an
addition to the meter; lambdas and comprehensions count in an expression. Where a builtin's work
depends on sizes, its receiver, its argument or its result passes by the meter. The call itself
stays in the canister's own frame, and what is added bears the line of what it precedes.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from kybra_replica.metering import sized_prices
from kybra_replica.metering.node_prices import FUNCTION_ENTRY, ITERATION, entry_price, price_of
from kybra_replica.metering.syntax import (
    COMPOUND,
    both,
    bound_in,
    counted,
    is_sequence,
    passed,
    stays_first,
    tick,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType

APPEND = 1_000
"""What a comprehension does with each element."""

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@lru_cache(maxsize=1_000)
def compile_metered(text: str, path: str) -> CodeType:
    """Compile a module so that it counts; what canisters share is compiled once."""
    tree = Instrumenter().visit(ast.parse(text, path))
    return compile(tree, path, "exec", dont_inherit=True)


class Instrumenter(ast.NodeTransformer):
    """Rewrites one module."""

    def __init__(self) -> None:
        """Begin at the top of a module, where no name is local."""
        self._local: frozenset[str] = frozenset()
        self._in_class = False
        self._methods: set[ast.AST] = set()
        self._breaks = False

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
        first = sum(1 for _ in takewhile(stays_first, statements))
        block += statements[:first]
        for statement in statements[first:]:
            price += price_of(statement, self._local)
            self._breaks = False
            run.append(self.visit(statement))
            if self._breaks or isinstance(statement, COMPOUND):
                block += counted(run, price)
                run, price = [], 0
        return block + counted(run, price)

    # scopes

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Enter a function: the names that it binds are fast."""
        if self._in_class:
            self._methods.add(node)
        outer = self._local
        self._local = outer | bound_in(node)
        self._inside(node, in_class=False)
        self._local = outer
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Enter a class: its functions are methods."""
        self._inside(node, in_class=True)
        return node

    def _inside(self, node: ast.AST, *, in_class: bool) -> None:
        outer, self._in_class = self._in_class, in_class
        self.generic_visit(node)
        self._in_class = outer

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        """A lambda's one expression counts before it is evaluated."""
        outer = self._local
        self._local = outer | bound_in(node)
        price = FUNCTION_ENTRY + price_of(node.body, self._local)
        node.body = both(tick(node, price), self.visit(node.body))
        node.args = self.visit(node.args)
        self._local = outer
        return node

    # comprehensions

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        """Each turn of a comprehension counts."""
        return self._comprehension(node)

    def visit_SetComp(self, node: ast.SetComp) -> ast.AST:
        """As for lists."""
        return self._comprehension(node)

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        """As for lists."""
        return self._comprehension(node)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.AST:
        """As for lists, when a turn is asked for."""
        return self._comprehension(node)

    def _comprehension(self, node: Comprehension) -> ast.AST:
        outer = self._local
        self._local = outer | bound_in(node)
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
            generator.ifs.insert(0, tick(node, price))
            if filtered and generator is node.generators[-1]:
                generator.ifs.append(tick(node, element))
        self._local = outer
        return node

    # where a run of statements ends, beside blocks

    def visit_Yield(self, node: ast.Yield) -> ast.AST:
        """What stands after a wait is another message's."""
        self.generic_visit(node)
        self._breaks = True
        return node

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.AST:
        """As for a plain one."""
        self.generic_visit(node)
        self._breaks = True
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """What stands after a reading of the counter is not to be read with it."""
        self.generic_visit(node)
        self._breaks = self._breaks or node.attr == "performance_counter"
        return node

    # what depends on sizes

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Let a builtin's receiver, argument and result pass by, as its price needs."""
        called = node.func
        name = getattr(called, "attr", None) or getattr(called, "id", "")
        self.generic_visit(node)
        if isinstance(called, ast.Attribute) and name in sized_prices.RECEIVERS:
            called.value = passed("scan", called.value, name)
        is_plain = bool(node.args) and not isinstance(node.args[0], ast.Starred)
        if is_plain and name in sized_prices.ARGUMENTS:
            node.args[0] = passed("fed", node.args[0], name)
        return passed("made", node, name) if name in sized_prices.RESULTS else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        """A formatted text costs by its length."""
        for part in node.values:
            if isinstance(part, ast.FormattedValue):  # its format stays: it may be no call
                part.value = self.visit(part.value)
        return passed("made", node, "f-string")

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """A slice costs by its length."""
        self.generic_visit(node)
        if isinstance(node.slice, ast.Slice) and isinstance(node.ctx, ast.Load):
            return passed("made", node, "slice")
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """A search in a text or a list costs by its length."""
        self.generic_visit(node)
        if isinstance(node.ops[-1], (ast.In, ast.NotIn)):
            node.comparators[-1] = passed("fed", node.comparators[-1], "in")
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """A repeated text or list costs by its length."""
        repeats = isinstance(node.op, ast.Mult) and any(map(is_sequence, (node.left, node.right)))
        self.generic_visit(node)
        return passed("made", node, "repeat") if repeats else node
