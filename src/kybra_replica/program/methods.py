"""The canister methods that a module declares at its top level."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kybra_replica.program.annotations import is_async, is_manual, read_return
from kybra_replica.program.declarations import read_parameter
from kybra_replica.program.interface import Method
from kybra_replica.program.statements import bare_name, called

if TYPE_CHECKING:
    from collections.abc import Iterator

LIFECYCLE = ("init", "post_upgrade", "pre_upgrade", "inspect_message", "heartbeat")
"""Decorators of which a program may have one each."""

DECORATORS = ("query", "update", *LIFECYCLE)
"""Every decorator that makes a function a canister method."""


@dataclass(frozen=True)
class MethodSite:
    """A decorated top-level function, before its signature is read."""

    decorator: str
    node: ast.FunctionDef

    @property
    def name(self) -> str:
        """The method's name, on the wire too."""
        return self.node.name

    @property
    def is_lifecycle(self) -> bool:
        """Whether the system calls it, rather than a caller by name."""
        return self.decorator in LIFECYCLE


def method_sites(tree: ast.Module) -> Iterator[MethodSite]:
    """Every top-level `def` with one of Kybra's bare decorators, called or not."""
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef):
            for decorator in statement.decorator_list:
                name = _decorator_name(decorator)
                if name in DECORATORS:
                    yield MethodSite(name, statement)


def _decorator_name(decorator: ast.expr) -> str | None:
    target = called(decorator)
    return target.id if isinstance(target, ast.Name) else None


def guard_expression(function: ast.FunctionDef) -> ast.expr | None:
    """What stands after `guard=` in any of the decorators."""
    for decorator in function.decorator_list:
        for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
            if keyword.arg == "guard":
                return keyword.value
    return None


def guard_sites(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Every top-level function annotated `-> GuardResult`, which makes it a guard."""
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef) and bare_name(statement.returns) == "GuardResult":
            yield statement


def read_method(site: MethodSite) -> Method:
    """The method of a site; AnnotationRefused where Kybra refuses a type."""
    function = site.node
    returns = read_return(function.returns) if function.returns else None
    return Method(
        name=site.name,
        kind=_kind(site),
        arg_names=tuple(parameter.arg for parameter in function.args.args),
        args=tuple(read_parameter(parameter) for parameter in function.args.args),
        returns=returns,
        is_async=is_async(function.returns),
        is_manual=is_manual(function.returns),
        guard=bare_name(guard_expression(function)),
    )


def _kind(site: MethodSite) -> Literal["query", "update", "lifecycle"]:
    if site.decorator == "query":
        return "query"
    return "update" if site.decorator == "update" else "lifecycle"
