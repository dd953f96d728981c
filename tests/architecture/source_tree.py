"""The project's files as the architecture tests see them: read, parsed, never imported."""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
CANISTERS = ("cache", "batcher", "infer")
LEFT_OUT = {".git", ".venv", ".kybra", ".refrain", ".hypothesis", "build", "dist", "__pycache__"}


class PythonFile(NamedTuple):
    """One parsed source file; `path` is relative to the project's root."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        """How many lines the file has."""
        return len(self.text.splitlines())

    @property
    def is_canister_side(self) -> bool:
        """Whether Kybra may freeze this file into a wasm."""
        return self.path.parts[0] == "canisters" or self.path.parts[:2] in {
            ("src", "refrain_core"),
            ("src", "refrain_api"),
        }


@functools.cache
def python_files(*folders: str) -> tuple[PythonFile, ...]:
    """Every Python file below the named folders of the project, parsed, in a fixed order."""
    paths = sorted(path for name in folders for path in (ROOT / name).rglob("*.py"))
    return tuple(
        PythonFile(path.relative_to(ROOT), text, ast.parse(text))
        for path, text in ((path, path.read_text()) for path in paths)
    )


def source_files() -> tuple[PythonFile, ...]:
    """All that runs: the packages of src/ and the canisters."""
    return python_files("src", "canisters")


def functions(file: PythonFile) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a file, inner ones too."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(file.tree) if isinstance(node, kinds)]


def text_files() -> list[Path]:
    """Every committed-looking text file of the project, relative to its root."""
    return sorted(
        path.relative_to(ROOT)
        for path in ROOT.rglob("*")
        if path.is_file() and not _left_out(path.relative_to(ROOT)) and _is_text(path)
    )


def _left_out(path: Path) -> bool:
    return any(part in LEFT_OUT or part.endswith(("_cache", ".egg-info")) for part in path.parts)


def _is_text(path: Path) -> bool:
    return b"\0" not in path.read_bytes()[:1024]
