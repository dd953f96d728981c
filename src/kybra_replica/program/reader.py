"""From a bundle to its `Interface`: what Kybra's compiler would declare of it.

Types live in one flat namespace over all reached files, kybra's own included. What Kybra refuses
is left out here and reported by the rules.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from kybra_replica.candid.model import CandidType, TypeTable
from kybra_replica.program.annotations import AnnotationRefused
from kybra_replica.program.declarations import declarations_in, read_declaration, service_methods
from kybra_replica.program.interface import Interface, Method, ServiceMethod, StableMap
from kybra_replica.program.map_sites import map_sites, read_map
from kybra_replica.program.methods import MethodSite, method_sites, read_method

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.program.bundle import Bundle, SourceFile


def read_interface(bundle: Bundle) -> Interface:
    """The interface of a bundle; methods of modules that the entry leaves out are kept."""
    interface = Interface(types=TypeTable(read_types(bundle)))
    for file in bundle.compiled:
        interface.service_methods.update(_service_methods(file))
        interface.maps.update((each.memory_id, each) for each in _maps(file))
        for site, method in _methods(file):
            if site.is_lifecycle:
                interface.lifecycle[site.decorator] = method
            else:
                interface.methods[method.name] = method
    return interface


def read_types(bundle: Bundle) -> dict[str, CandidType]:
    """Every named type of the bundle's compiled files."""
    found: dict[str, CandidType] = {}
    for file in bundle.compiled:
        for declaration in declarations_in(file.tree):
            with suppress(AnnotationRefused):
                found[declaration.name] = read_declaration(declaration)
    return found


def _methods(file: SourceFile) -> Iterator[tuple[MethodSite, Method]]:
    for site in method_sites(file.tree):
        with suppress(AnnotationRefused):
            yield site, read_method(site)


def _maps(file: SourceFile) -> Iterator[StableMap]:
    for site in map_sites(file.tree):
        with suppress(AnnotationRefused):
            yield read_map(site)


def _service_methods(file: SourceFile) -> Iterator[tuple[str, ServiceMethod]]:
    for declaration in declarations_in(file.tree):
        if declaration.kind == "Service":
            with suppress(AnnotationRefused):
                for method, _ in service_methods(declaration):
                    yield f"{declaration.name}.{method.name}", method
