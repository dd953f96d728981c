"""What Kybra looks up by name in the entry module: methods, guards, and Services as values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.program.annotations import names_in
from kybra_replica.program.declarations import declarations_in
from kybra_replica.program.findings import Finding, Rule
from kybra_replica.program.methods import guard_expression, method_sites
from kybra_replica.program.namespaces import exported_names
from kybra_replica.program.rules.type_names import uses_in
from kybra_replica.program.statements import bare_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.program.bundle import Bundle, SourceFile

METHOD = Rule("export-method", "silent")
GUARD = Rule("export-guard", "silent")
SERVICE = Rule("export-service", "silent")


def check_bundle(bundle: Bundle) -> Iterator[Finding]:
    """Each of those names must be in what `from entry import *` gives."""
    exported = exported_names(bundle)
    received = {
        name for file in bundle.compiled for _, of in uses_in(file) for name in names_in(of)
    }
    for file in bundle.compiled:
        if file.origin == "kybra":
            continue
        yield from _methods(bundle, file, exported)
        for declaration in declarations_in(file.tree):
            name = declaration.name
            if declaration.kind == "Service" and name in received - exported:
                message = f"Service {name} is received as a value: {_advice(bundle, file, name)}"
                yield SERVICE.at(file.path, declaration.node, message)


def _methods(bundle: Bundle, file: SourceFile, exported: set[str]) -> Iterator[Finding]:
    for site in method_sites(file.tree):
        if site.name not in exported:
            message = f"{site.name} traps when called: {_advice(bundle, file, site.name)}"
            yield METHOD.at(file.path, site.node, message)
        guard = bare_name(guard_expression(site.node))
        if guard and guard not in exported:
            message = (
                f"guard {guard} of {site.name} traps: import it into {bundle.entry}.py by name"
            )
            yield GUARD.at(file.path, site.node, message)


def _advice(bundle: Bundle, file: SourceFile, name: str) -> str:
    if name.startswith("_"):
        return "a name with a leading underscore is not exported; rename it"
    if file.module == bundle.entry:
        return f"list {name} in __all__"
    return f"write `from {file.module} import {name}` in {bundle.entry}.py"
