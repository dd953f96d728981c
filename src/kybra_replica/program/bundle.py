"""From a canister's entry file to every source that its wasm would hold.

Kybra's bundler follows imports statically and copies each reached package whole; its compiler then
reads the reached modules only. Both sets are kept apart here: `SourceFile.is_reached`.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from kybra_replica.program.imports import Imported, imports_of
from kybra_replica.program.search import Place, Search

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

Origin = Literal["project", "third_party", "kybra"]
"""Whose file it is: found beside the entry or in the roots, installed, or kybra's own."""


@dataclass(frozen=True)
class SourceFile:
    """One module of the bundle; `error` stands where it does not parse (`tree` is then empty)."""

    path: str
    module: str
    text: str
    tree: ast.Module
    origin: Origin
    is_reached: bool = False
    imports: tuple[Imported, ...] = ()
    error: SyntaxError | None = None

    @property
    def is_package(self) -> bool:
        """Whether this is a package's `__init__`."""
        return self.path.endswith("__init__.py")


@dataclass(frozen=True)
class Bundle:
    """All files of one canister: its own, installed packages', and kybra's reached ones."""

    entry: str
    files: dict[str, SourceFile] = field(default_factory=dict)

    @property
    def sources(self) -> dict[str, str]:
        """Path to text, without kybra, whose installed package serves."""
        return {path: file.text for path, file in self.files.items() if file.origin != "kybra"}

    @property
    def compiled(self) -> list[SourceFile]:
        """The files that Kybra's compiler reads, kybra's own included."""
        return [file for file in self.files.values() if file.is_reached]

    def module(self, name: str) -> SourceFile | None:
        """The file of a dotted module name."""
        base = name.replace(".", "/")
        return self.files.get(f"{base}.py") or self.files.get(f"{base}/__init__.py")


def collect_bundle(entry: Path, roots: Sequence[Path], *, with_installed: bool = True) -> Bundle:
    """Follow the entry's imports over its directory, `roots` and installed packages.

    Without the installed ones only kybra is taken from there. FileNotFoundError when there is no
    entry file.
    """
    collector = _Collector(entry, roots, with_installed=with_installed)
    collector.follow_from_entry()
    collector.add_the_rest_of_reached_packages()
    return Bundle(entry.stem, collector.files)


def collect_sources(entry: Path, roots: Sequence[Path]) -> dict[str, str]:
    """The canister's sources by path in the bundle: "main.py", "cache_core/lookup.py"."""
    return collect_bundle(entry, roots).sources


class _Collector:
    """The walk over the import graph."""

    def __init__(self, entry: Path, roots: Sequence[Path], *, with_installed: bool) -> None:
        self.files: dict[str, SourceFile] = {}
        self._entry = entry
        self._search = Search(entry, roots)
        self._with_installed = with_installed
        self._places: dict[str, Place] = {}

    def follow_from_entry(self) -> None:
        entry = Place(self._entry.stem, self._entry, is_ours=True)
        self._places[entry.name] = entry
        waiting = [entry.name, "kybra"]
        seen: set[str] = set()
        while waiting:
            module = waiting.pop(0)
            if module not in seen:
                seen.add(module)
                waiting.extend(self._reach(module))

    def _reach(self, module: str) -> Iterable[str]:
        """Add one module's file; answer what it imports, its parent package first."""
        place = self._place(module.partition(".")[0])
        path = place.locate(module) if place else None
        if place is None or path is None:
            return []
        file = self._add(place, path, is_reached=True)
        parent = [module.rpartition(".")[0]] if "." in module else []
        return [*parent, *(target for found in file.imports for target in found.targets())]

    def _place(self, name: str) -> Place | None:
        if name not in self._places:
            place = self._search.place(name)
            if place is not None and self._takes(place):
                self._places[name] = place
        return self._places.get(name)

    def _takes(self, place: Place) -> bool:
        return place.is_ours or self._with_installed or place.name == "kybra"

    def _add(self, place: Place, path: Path, *, is_reached: bool) -> SourceFile:
        key = path.relative_to(place.path.parent).as_posix()
        self.files[key] = read_source(key, path, _origin(place), is_reached=is_reached)
        return self.files[key]

    def add_the_rest_of_reached_packages(self) -> None:
        for place in self._places.values():
            for key, path in place.files() if place.name != "kybra" else ():
                if key not in self.files:
                    self._add(place, path, is_reached=False)


def read_source(key: str, path: Path, origin: Origin, *, is_reached: bool) -> SourceFile:
    """Read and parse one file; a syntax error is kept, not raised."""
    text = path.read_text(encoding="utf-8")
    module = key.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    try:
        tree, error = ast.parse(text, key), None
    except SyntaxError as refusal:
        tree, error = ast.Module(body=[], type_ignores=[]), refusal
    imports = tuple(imports_of(tree, module, is_package=key.endswith("__init__.py")))
    return SourceFile(key, module, text, tree, origin, is_reached, imports, error)


def _origin(place: Place) -> Origin:
    if place.name == "kybra":
        return "kybra"
    return "project" if place.is_ours else "third_party"
