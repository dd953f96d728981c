"""Parameters and return types of canister methods."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from kybra_replica.program.annotations import AnnotationRefused, is_async, read_return
from kybra_replica.program.declarations import read_parameter
from kybra_replica.program.findings import Finding, Rule
from kybra_replica.program.methods import MethodSite, method_sites
from kybra_replica.program.statements import bare_name, is_generator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.program.bundle import SourceFile

TOO_MANY = Rule("method-too-many-parameters", "refused")
STARRED = Rule("method-starred-parameter", "refused")
SELF = Rule("method-self", "refused")
PARAMETER = Rule("method-parameter-type", "refused")
RETURN = Rule("method-return-type", "refused")
DROPPED = Rule("method-parameter-dropped", "silent")
DEFAULT = Rule("method-parameter-default", "silent")
UNDECLARED_ASYNC = Rule("method-undeclared-async", "silent")
MANUAL_ASYNC = Rule("method-manual-async", "silent")

MAX_PARAMETERS = 5
"""Kybra's limit for canister methods, and for Service methods beside self."""


def check(file: SourceFile) -> Iterator[Finding]:
    """Findings about every method's signature."""
    for site in method_sites(file.tree):
        yield from parameters(file.path, site.node, site.node.args.args)
        yield from _defaults(file.path, site)
        yield from _first_is_self(file.path, site)
        yield from _returned(file.path, site)


def parameters(path: str, node: ast.FunctionDef, counted: list[ast.arg]) -> Iterator[Finding]:
    """What holds for canister methods and Service methods alike; `counted` is without self."""
    if len(counted) > MAX_PARAMETERS:
        message = f"{node.name} has {len(counted)} parameters, 5 at most: take one Record"
        yield TOO_MANY.at(path, node, message)
    if node.args.vararg or node.args.kwarg:
        yield STARRED.at(path, node, f"{node.name}: no *args, no **kwargs; name each parameter")
    for dropped in (*node.args.posonlyargs, *node.args.kwonlyargs):
        message = f"{node.name}: {dropped.arg} is dropped from the interface; no / and no * here"
        yield DROPPED.at(path, node, message)
    for parameter in counted:
        yield from _parameter(path, node, parameter)


def _parameter(path: str, node: ast.FunctionDef, parameter: ast.arg) -> Iterator[Finding]:
    try:
        read_parameter(parameter)
    except AnnotationRefused as refusal:
        yield PARAMETER.at(path, refusal.line, f"{node.name}: {refusal}")


def returned(path: str, node: ast.FunctionDef) -> Iterator[Finding]:
    """The return annotation must stand and be readable."""
    if node.returns is None:
        yield RETURN.at(path, node, f"{node.name} needs a return annotation: void for none")
        return
    try:
        read_return(node.returns)
    except AnnotationRefused as refusal:
        yield RETURN.at(path, refusal.line, f"{node.name}: {refusal}")


def _defaults(path: str, site: MethodSite) -> Iterator[Finding]:
    if site.node.args.defaults:
        message = f"{site.name}: defaults are ignored, callers must pass every value; use Opt[...]"
        yield DEFAULT.at(path, site.node, message)


def _first_is_self(path: str, site: MethodSite) -> Iterator[Finding]:
    first = next(iter(site.node.args.args), None)
    if first and first.arg == "self":
        yield SELF.at(path, site.node, f"{site.name}: the first parameter may not be called self")


def _returned(path: str, site: MethodSite) -> Iterator[Finding]:
    yield from returned(path, site.node)
    written = site.node.returns
    if _is_manual_around_async(written):
        message = f"{site.name}: write Async[Manual[...]], not Manual[Async[...]]"
        yield MANUAL_ASYNC.at(path, site.node, message)
    elif not is_async(written) and is_generator(site.node):
        message = f"{site.name} yields: its return type must be Async[...], else it traps"
        yield UNDECLARED_ASYNC.at(path, site.node, message)


def _is_manual_around_async(written: ast.expr | None) -> bool:
    if not isinstance(written, ast.Subscript) or bare_name(written.value) != "Manual":
        return False
    return is_async(written.slice)
