"""Where a bundle's modules are looked for: beside the entry, in the roots, in site-packages."""

from __future__ import annotations

import site
import sys
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Place:
    """A top-level module or package on disk; `path` is its file or its directory."""

    name: str
    path: Path
    is_ours: bool
    is_package: bool = False

    def locate(self, module: str) -> Path | None:
        """The file of `module` ("pkg.part") if it exists here."""
        if not self.is_package:
            return self.path if module == self.name else None
        stem = self.path.parent.joinpath(*module.split("."))
        for candidate in (stem / "__init__.py", stem.with_suffix(".py")):
            if candidate.is_file():
                return candidate
        return None

    def files(self) -> list[tuple[str, Path]]:
        """Every Python file with its path in the bundle, as Kybra copies it: whole."""
        if not self.is_package:
            return [(self.path.name, self.path)]
        base = self.path.parent
        return [(p.relative_to(base).as_posix(), p) for p in sorted(self.path.rglob("*.py"))]


def site_directories() -> list[str]:
    """The directories of installed packages, free of links: an environment may be one itself."""
    on_path = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    found = [str(Path(path).resolve()) for path in (*site.getsitepackages(), *on_path)]
    return list(dict.fromkeys(found))


class Search:
    """Finds top-level names; the standard library is never searched."""

    def __init__(self, entry: Path, roots: Sequence[Path]) -> None:
        """Look beside `entry` first, then in `roots` in order, then in site-packages.

        A root that is itself a site-packages directory holds installed packages, not ours.
        """
        self._installed = site_directories()
        candidates = [entry.resolve().parent, *(root.resolve() for root in roots)]
        self._ours = [str(each) for each in candidates if str(each) not in self._installed]
        self._places: dict[str, Place | None] = {}

    def place(self, name: str) -> Place | None:
        """The place of a top-level name, or None where only the standard library could have it."""
        if name not in self._places:
            installed = [] if name in sys.stdlib_module_names else self._installed
            self._places[name] = _find(name, self._ours, is_ours=True) or _find(
                name, installed, is_ours=False
            )
        return self._places[name]


def _find(name: str, directories: list[str], *, is_ours: bool) -> Place | None:
    spec = PathFinder.find_spec(name, directories) if directories else None
    if spec is None:
        return None
    if spec.submodule_search_locations:
        return Place(
            name, Path(next(iter(spec.submodule_search_locations))), is_ours, is_package=True
        )
    if spec.origin is None or not spec.origin.endswith(".py"):
        return None
    return Place(name, Path(spec.origin), is_ours)
