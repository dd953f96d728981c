"""The rules that a bundle is held to, one module for each family."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kybra_replica.program.rules import (
    base_names,
    candid_types,
    exports,
    generators,
    grammar,
    guards,
    lifecycle,
    recognition,
    replica_limits,
    rustpython,
    signatures,
    stable_maps,
    top_level,
    type_names,
    wasm_modules,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.program.bundle import Bundle, SourceFile
    from kybra_replica.program.findings import Finding

COMPILER_RULES = (
    top_level.check,
    signatures.check,
    lifecycle.check,
    guards.check,
    candid_types.check,
    stable_maps.check,
    replica_limits.check,
    recognition.check,
)
"""Rules over one file that Kybra's compiler reads."""

RUNTIME_RULES = (rustpython.check, wasm_modules.check)
"""Rules over one file about RustPython; slower, since they look at every expression."""

BUNDLE_RULES = (
    lifecycle.check_bundle,
    guards.check_bundle,
    type_names.check_bundle,
    stable_maps.check_bundle,
    exports.check_bundle,
    base_names.check_bundle,
    wasm_modules.check_bundle,
    generators.check_bundle,
)
"""Rules over all files together."""


def check_bundle(bundle: Bundle, *, with_notes: bool = True) -> list[Finding]:
    """Every finding, sorted by place; without notes, installed packages cost much less."""
    found = {
        finding
        for file in bundle.files.values()
        for finding in _of_file(file, with_notes=with_notes)
    }
    for rule in BUNDLE_RULES:
        found.update(rule(bundle))
    judged = (_softened(bundle, finding) for finding in found)
    return sorted(each for each in judged if with_notes or each.severity != "note")


def _of_file(file: SourceFile, *, with_notes: bool) -> Iterator[Finding]:
    if file.origin == "kybra":
        return
    yield from grammar.check(file)
    if file.is_reached:
        for rule in COMPILER_RULES:
            yield from rule(file)
        for rule in RUNTIME_RULES if with_notes or file.origin == "project" else ():
            yield from rule(file)


def _softened(bundle: Bundle, finding: Finding) -> Finding:
    """In an installed package only what Kybra refuses stands; the rest is worth a note."""
    file = bundle.files.get(finding.path)
    is_ours = file is None or file.origin == "project"
    return (
        finding if is_ours or finding.severity == "refused" else replace(finding, severity="note")
    )
