"""StableBTreeMap: declared where the compiler looks, with figures that it can read."""

from __future__ import annotations

import ast
from contextlib import suppress
from typing import TYPE_CHECKING

from kybra_replica.program.annotations import AnnotationRefused
from kybra_replica.program.findings import Finding, Rule
from kybra_replica.program.map_sites import map_sites, read_map
from kybra_replica.program.statements import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.program.bundle import Bundle, SourceFile

DECLARATION = Rule("map-declaration", "refused")
TWICE = Rule("map-memory-twice", "refused")
UNSEEN = Rule("map-unseen", "silent")


def check(file: SourceFile) -> Iterator[Finding]:
    """Findings about each map by itself."""
    seen = set()
    for site in map_sites(file.tree):
        seen.add(site.call)
        try:
            read_map(site)
        except AnnotationRefused as refusal:
            yield DECLARATION.at(file.path, refusal.line, str(refusal))
    for node in ast.walk(file.tree) if "StableBTreeMap" in file.text else ():
        if isinstance(node, ast.Call) and node not in seen and _makes_a_map(node.func):
            message = (
                "this map is not created: write NAME = StableBTreeMap[key, value](...)"
                " at a module's top level"
            )
            yield UNSEEN.at(file.path, node, message)


def check_bundle(bundle: Bundle) -> Iterator[Finding]:
    """Each memory id may serve one map over all files."""
    seen: dict[int, str] = {}
    for file in bundle.compiled:
        for site in map_sites(file.tree):
            with suppress(AnnotationRefused):
                memory_id = read_map(site).memory_id
                if memory_id in seen:
                    message = f"memory id {memory_id} is used in {seen[memory_id]} already"
                    yield TWICE.at(file.path, site.call, message)
                seen.setdefault(memory_id, f"{file.path}:{site.call.lineno}")


def _makes_a_map(func: ast.expr) -> bool:
    made = func.value if isinstance(func, ast.Subscript) else func
    return last_name(made) == "StableBTreeMap"
