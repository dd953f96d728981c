"""Imports as a canister sees them: its own bundle, kybra, and the stdlib that the wasm has."""

from __future__ import annotations

import builtins
import importlib.util
import sys
from importlib.abc import Loader, MetaPathFinder
from typing import TYPE_CHECKING, Any

from kybra_replica.metering.import_prices import ImportMeter
from kybra_replica.metering.instrument import compile_metered
from kybra_replica.metering.sized_prices import METER
from kybra_replica.metering.syntax import METER_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType

MISSING_IN_WASM: frozenset[str] = frozenset(
    [
        "asyncio",
        "select",
        "socket",
        "ssl",
        "signal",
        "subprocess",
        "multiprocessing",
        "concurrent",
        "pathlib",
        "zipfile",
        "unittest",
        "platform",
        "sqlite3",
        "bz2",
        "lzma",
        "zoneinfo",
        "mmap",
        "ctypes",
        "urllib.request",
        "http.client",
        "email.message",
        "importlib.metadata",
        "importlib.resources",
        "threading",
    ]
)
"""Standard-library modules whose import fails in a Kybra wasm."""


def compile_sources(sources: Mapping[str, str]) -> dict[str, CodeType]:
    """Code by path that counts its instructions; shared by every canister of the program."""
    return {path: compile_metered(text, path) for path, text in sources.items()}


class BundleFinder(MetaPathFinder, Loader):
    """Finds the modules of one bundle, and nothing else."""

    def __init__(self, code: Mapping[str, CodeType]) -> None:
        """Serve modules from `code`, keyed by path."""
        self._code = code
        self._builtins = dict(vars(builtins))
        self._builtins["__import__"] = self._strict_import
        self._builtins[METER_NAME] = METER
        self._imports = ImportMeter()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a bundled module, or None to let other finders try."""
        del path, target
        stem = fullname.replace(".", "/")
        for candidate, is_package in ((f"{stem}/__init__.py", True), (f"{stem}.py", False)):
            if candidate in self._code:
                return importlib.util.spec_from_loader(
                    fullname, self, origin=candidate, is_package=is_package
                )
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Use Python's default module."""
        del spec
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run a module's code with the canister's own import function."""
        assert module.__spec__ is not None  # noqa: S101 (spec_from_loader always sets it)
        module.__dict__["__builtins__"] = self._builtins
        exec(self._code[str(module.__spec__.origin)], module.__dict__)  # noqa: S102 (its purpose)

    def _owns(self, top: str) -> bool:
        return f"{top}.py" in self._code or f"{top}/__init__.py" in self._code

    def _strict_import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 (the name that Python calls it by)
        locals: Mapping[str, Any] | None = None,  # noqa: A002 (the name that Python calls it by)
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        if level == 0:
            self._refuse(name)
            for part in fromlist or ():
                self._refuse(f"{name}.{part}", only_listed=True)
            if not self._owns(name.partition(".")[0]):
                self._imports.imported(name)
        return builtins.__import__(name, globals, locals, fromlist or (), level)

    def _refuse(self, name: str, *, only_listed: bool = False) -> None:
        top = name.partition(".")[0]
        known = self._owns(top) or top == "kybra" or top in sys.stdlib_module_names
        if name in MISSING_IN_WASM or top in MISSING_IN_WASM or not (known or only_listed):
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
