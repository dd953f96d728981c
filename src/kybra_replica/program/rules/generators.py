"""`yield inner()` where `yield from inner()` is meant.

Kybra drives a yielded generator too, but never throws into the outer one: an exception of the inner
one then ends the whole call in a trap that no `except` sees.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from kybra_replica.program.findings import Finding, Rule
from kybra_replica.program.statements import bare_name, is_generator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.program.bundle import Bundle, SourceFile

YIELD_FROM = Rule("generator-yield-from", "runtime")


def check_bundle(bundle: Bundle) -> Iterator[Finding]:
    """Findings about yields of calls to functions known to be generators."""
    own = {file.module: _generators(file.tree.body) for file in bundle.compiled}
    for file in bundle.compiled:
        if file.origin == "project":
            known = own[file.module] | set(_imported(file, own))
            yield from _yields(file, file.tree, known)


def _generators(body: list[ast.stmt]) -> set[str]:
    functions = (node for node in body if isinstance(node, ast.FunctionDef))
    return {function.name for function in functions if is_generator(function)}


def _imported(file: SourceFile, own: dict[str, set[str]]) -> Iterator[str]:
    for found in file.imports:
        if found.name in own.get(found.module, ()) and found.bound:
            yield found.bound


def _yields(file: SourceFile, node: ast.AST, known: set[str]) -> Iterator[Finding]:
    if isinstance(node, ast.ClassDef):
        known = known | {f"self.{name}" for name in _generators(node.body)}
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Yield) and (name := _called_name(child.value)) in known:
            message = f"write yield from {name}(...): its exceptions trap past every except here"
            yield YIELD_FROM.at(file.path, child, message)
        yield from _yields(file, child, known)


def _called_name(value: ast.expr | None) -> str | None:
    if not isinstance(value, ast.Call):
        return None
    func = value.func
    if isinstance(func, ast.Attribute) and bare_name(func.value) == "self":
        return f"self.{func.attr}"
    return bare_name(func)
