"""Names of files: Kybra copies every module flat by its base name, so each must be unique."""

from __future__ import annotations

import sys
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from kybra_replica.program.findings import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.program.bundle import Bundle, SourceFile

STANDARD = Rule("name-standard-library", "silent")
KYBRA = Rule("name-kybra", "silent")
TWICE = Rule("name-twice", "silent")
NO_INIT = Rule("name-no-init", "silent")

KYBRA_NAMES = frozenset({"kybra", "http", "basic", "bitcoin", "tecdsa", "principal"})
"""Names of Kybra's own that end up in the same flat folder."""


def check_bundle(bundle: Bundle) -> Iterator[Finding]:
    """Findings about the names of all files, reached or not."""
    seen: dict[str, str] = {}
    files = [file for file in bundle.files.values() if file.origin != "kybra"]
    for file in sorted(files, key=lambda file: _rank(bundle, file)):
        name = _flat_name(file)
        if name is not None:
            yield from _clash(file.path, name, seen)
        yield from _no_init(bundle, file)


def _rank(bundle: Bundle, file: SourceFile) -> tuple[bool, bool, str]:
    """The entry first, then installed files: what is reported is the project's, to be renamed."""
    return file.module != bundle.entry, file.origin == "project", file.path


def _flat_name(file: SourceFile) -> str | None:
    """The base name that a file takes; a package below another takes none."""
    if file.is_package:
        return file.module if "." not in file.module else None
    return PurePosixPath(file.path).stem


def _clash(path: str, name: str, seen: dict[str, str]) -> Iterator[Finding]:
    if name in sys.stdlib_module_names:
        message = f"rename it: the standard library's {name} takes its place in the wasm"
        yield STANDARD.at(path, 1, message)
    elif name in KYBRA_NAMES:
        yield KYBRA.at(path, 1, f"rename it: Kybra's own {name} lands under the same name")
    elif name in seen:
        message = f"rename it: {seen[name]} lands under the same name"
        yield TWICE.at(path, 1, message)
    seen.setdefault(name, path)


def _no_init(bundle: Bundle, file: SourceFile) -> Iterator[Finding]:
    folder = PurePosixPath(file.path).parent
    is_missing = folder.name and f"{folder}/__init__.py" not in bundle.files
    if is_missing and file.is_reached:
        message = f"add {folder}/__init__.py: without it the package is left out of the wasm"
        yield NO_INIT.at(file.path, 1, message)
