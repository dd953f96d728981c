"""Guard functions and where they are named."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from kybra_replica.program.findings import Finding, Rule
from kybra_replica.program.methods import (
    LIFECYCLE,
    MethodSite,
    guard_expression,
    guard_sites,
    method_sites,
)
from kybra_replica.program.statements import bare_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.program.bundle import Bundle, SourceFile

NOT_A_NAME = Rule("guard-not-a-name", "refused")
PARAMETERS = Rule("guard-parameters", "refused")
UNDEFINED = Rule("guard-undefined", "refused")
TWICE = Rule("guard-twice", "refused")
IGNORED = Rule("guard-ignored", "silent")
POSITIONAL = Rule("guard-positional", "silent")


def check(file: SourceFile) -> Iterator[Finding]:
    """Findings about each guard and each use of one, by themselves."""
    for guard in guard_sites(file.tree):
        if guard.args.args:
            yield PARAMETERS.at(file.path, guard, f"guard {guard.name} takes no parameters")
    for site in method_sites(file.tree):
        yield from _use(file.path, site)


def check_bundle(bundle: Bundle) -> Iterator[Finding]:
    """Each guard that is named must be defined, once, over all files."""
    defined: dict[str, str] = {}
    for file in bundle.compiled:
        for guard in guard_sites(file.tree):
            if guard.name in defined:
                message = f"guard {guard.name} is defined in {defined[guard.name]} already"
                yield TWICE.at(file.path, guard, message)
            defined.setdefault(guard.name, f"{file.path}:{guard.lineno}")
    for file in bundle.compiled:
        for site in method_sites(file.tree):
            name = bare_name(guard_expression(site.node))
            if name and name not in defined:
                message = f"guard {name} is not defined: def {name}() -> GuardResult at top level"
                yield UNDEFINED.at(file.path, site.node, message)


def _use(path: str, site: MethodSite) -> Iterator[Finding]:
    written = guard_expression(site.node)
    if written is not None and bare_name(written) is None:
        message = f"{site.name}: guard= takes a bare function name, not {ast.unparse(written)}"
        yield NOT_A_NAME.at(path, site.node, message)
    if written is not None and site.decorator in LIFECYCLE:
        message = f"the guard of {site.decorator} is ignored: check inside {site.name}"
        yield IGNORED.at(path, site.node, message)
    for decorator in site.node.decorator_list:
        if isinstance(decorator, ast.Call) and decorator.args:
            message = f"{site.name}: write @{site.decorator}(guard=...), by keyword"
            yield POSITIONAL.at(path, site.node, message)
