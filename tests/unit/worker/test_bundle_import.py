"""Imports as a canister sees them: its bundle, kybra, and the library that the wasm has."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from kybra_replica.worker.bundle_import import MISSING_IN_WASM, BundleFinder, compile_sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SOURCES = {
    "zz_plain.py": "import json\nVALUE = json.dumps([1])",
    "zz_package/__init__.py": "from zz_package.inner import DEEP",
    "zz_package/inner.py": "DEEP = __name__",
    "zz_entry.py": "import zz_plain, zz_package\nBOTH = zz_plain.VALUE + zz_package.DEEP",
}


def run(source: str) -> ModuleType:
    """Import a module of that source, as a canister's own."""
    sys.modules.pop("zz_probe", None)
    finder = BundleFinder(compile_sources({**SOURCES, "zz_probe.py": source}))
    sys.meta_path.insert(0, finder)
    try:
        return __import__("zz_probe")
    finally:
        sys.meta_path.remove(finder)


@pytest.fixture(autouse=True)
def forget_modules() -> Iterator[None]:
    """Leave no module of the bundle behind."""
    yield
    for name in [name for name in sys.modules if name.startswith("zz_")]:
        del sys.modules[name]


def test_modules_and_packages_of_the_bundle_are_found() -> None:
    """By their names, with submodules and the standard library beside them."""
    assert run("from zz_entry import BOTH").BOTH == "[1]zz_package.inner"


@pytest.mark.parametrize(
    "statement",
    [
        "import asyncio",
        "import urllib.request",
        "from urllib import request",
        "from importlib import metadata",
        "from concurrent.futures import ThreadPoolExecutor",
        "import threading",
    ],
)
def test_what_the_wasm_lacks_is_not_found(statement: str) -> None:
    """Though this interpreter has it, and it may be loaded already."""
    with pytest.raises(ModuleNotFoundError, match="No module named"):
        run(statement)


@pytest.mark.parametrize("name", ["aiohttp", "pytest", "kybra_replica", "refrain"])
def test_what_is_not_bundled_is_not_found(name: str) -> None:
    """What is installed here is not in the wasm."""
    with pytest.raises(ModuleNotFoundError, match=name):
        run(f"import {name}")


@pytest.mark.parametrize("name", ["json", "urllib.parse", "kybra", "collections.abc"])
def test_kybra_and_what_the_wasm_has_are_found(name: str) -> None:
    """The rest of the standard library is as here."""
    assert isinstance(run(f"import {name}"), ModuleType)


def test_a_missing_module_is_refused_where_it_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An import inside a function fails when it runs; one that is caught does no harm."""
    monkeypatch.setitem(sys.modules, "sqlite3", ModuleType("sqlite3"))
    assert "sqlite3" in MISSING_IN_WASM
    probe = run(
        "def late():\n    import sqlite3\ntry:\n    import ssl\nexcept ImportError:\n    GOT = 1"
    )
    late: Callable[[], None] = probe.late
    assert probe.GOT == 1
    with pytest.raises(ModuleNotFoundError, match="sqlite3"):
        late()
