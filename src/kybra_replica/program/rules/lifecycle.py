"""init, post_upgrade, pre_upgrade, inspect_message and heartbeat; and names used twice."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from kybra_replica.program.annotations import is_async
from kybra_replica.program.findings import Finding, Rule
from kybra_replica.program.methods import MethodSite, method_sites
from kybra_replica.program.statements import bare_name, last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.program.bundle import Bundle, SourceFile

NOT_VOID = Rule("lifecycle-not-void", "refused")
PARAMETERS = Rule("lifecycle-parameters", "refused")
TWICE = Rule("lifecycle-twice", "refused")
ASYNC = Rule("lifecycle-async", "silent")
OPTIONS = Rule("lifecycle-options", "runtime")
METHOD_TWICE = Rule("method-twice", "refused")

_WITHOUT_PARAMETERS = {"pre_upgrade", "heartbeat", "inspect_message"}
_WITHOUT_OPTIONS = {"init", "post_upgrade"}


def check(file: SourceFile) -> Iterator[Finding]:
    """Findings about each lifecycle method by itself."""
    for site in method_sites(file.tree):
        if site.is_lifecycle:
            yield from _void(file.path, site)
            yield from _parameters(file.path, site)
            yield from _options(file.path, site)


def check_bundle(bundle: Bundle) -> Iterator[Finding]:
    """One method of each name, and one of each lifecycle kind, over all files."""
    seen: dict[str, str] = {}
    for file in bundle.compiled:
        for site in method_sites(file.tree):
            key = f"@{site.decorator}" if site.is_lifecycle else site.name
            if key in seen:
                rule = TWICE if site.is_lifecycle else METHOD_TWICE
                yield rule.at(file.path, site.node, f"{key} is defined in {seen[key]} already")
            seen.setdefault(key, f"{file.path}:{site.node.lineno}")


def _void(path: str, site: MethodSite) -> Iterator[Finding]:
    written = site.node.returns
    if is_async(written) and bare_name(written.slice) == "void":
        if site.decorator != "heartbeat":
            message = (
                f"{site.name} would trap: return void and start the work by ic.set_timer(0, ...)"
            )
            yield ASYNC.at(path, site.node, message)
    elif written is not None and bare_name(written) != "void":
        yield NOT_VOID.at(path, site.node, f"{site.name} must be annotated -> void")


def _parameters(path: str, site: MethodSite) -> Iterator[Finding]:
    if site.decorator in _WITHOUT_PARAMETERS and site.node.args.args:
        yield PARAMETERS.at(path, site.node, f"{site.decorator} takes no parameters")


def _options(path: str, site: MethodSite) -> Iterator[Finding]:
    for decorator in site.node.decorator_list:
        if isinstance(decorator, ast.Call) and last_name(decorator.func) in _WITHOUT_OPTIONS:
            yield OPTIONS.at(path, site.node, f"write @{site.decorator} without parentheses")
