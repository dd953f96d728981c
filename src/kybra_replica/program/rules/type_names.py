"""The one flat namespace of Candid types over all files, kybra's own included."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from kybra_replica.candid.model import CandidType
from kybra_replica.program.annotations import AnnotationRefused, advice_for, names_in
from kybra_replica.program.declarations import declarations_in, read_declaration
from kybra_replica.program.findings import Finding, Rule
from kybra_replica.program.map_sites import map_sites, read_map
from kybra_replica.program.methods import method_sites, read_method

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.program.bundle import Bundle, SourceFile

TWICE = Rule("type-twice", "refused")
UNDEFINED = Rule("type-undefined", "refused")
RESERVED = Rule("type-reserved-name", "refused")

RUST_NAMES = frozenset(
    {"String", "Vec", "Option", "Box", "Result", "Ok", "Err", "Some", "None", "Ic"}
)
"""Names that the generated Rust needs for itself."""

Use = tuple[int, CandidType | None]
"""A line, and the type written there."""


def check_bundle(bundle: Bundle) -> Iterator[Finding]:
    """Each type's name must be defined once, and each name that is used, defined."""
    defined: dict[str, str] = {}
    for file in bundle.compiled:
        for declaration in declarations_in(file.tree):
            name, line = declaration.name, declaration.node.lineno
            if name in defined:
                message = f"type {name} is defined in {defined[name]} already: rename one"
                yield TWICE.at(file.path, line, message)
            if name in RUST_NAMES:
                yield RESERVED.at(file.path, line, f"type {name} clashes with Rust's: rename it")
            defined.setdefault(name, f"{file.path}:{line}")
    for file in bundle.compiled:
        yield from _undefined(file, defined)


def _undefined(file: SourceFile, defined: dict[str, str]) -> Iterator[Finding]:
    for line, of in uses_in(file):
        for name in dict.fromkeys(names_in(of)):
            if name not in defined:
                message = f"type {name} is used, but never defined: {advice_for(name)}"
                yield UNDEFINED.at(file.path, line, message)


def uses_in(file: SourceFile) -> Iterator[Use]:
    """Every type written in a declaration, a method or a map that can be read."""
    for declaration in declarations_in(file.tree):
        with suppress(AnnotationRefused):
            yield declaration.node.lineno, read_declaration(declaration)
    yield from _method_uses(file)
    for found in map_sites(file.tree):
        with suppress(AnnotationRefused):
            stable_map = read_map(found)
            yield found.call.lineno, stable_map.key
            yield found.call.lineno, stable_map.value


def _method_uses(file: SourceFile) -> Iterator[Use]:
    for site in method_sites(file.tree):
        with suppress(AnnotationRefused):
            method = read_method(site)
            for of in (*method.args, method.returns):
                yield site.node.lineno, of
