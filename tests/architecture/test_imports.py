"""Who may import whom, read from the sources and never from what happens to be installed."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import requires
from typing import TYPE_CHECKING

import pytest

from tests.architecture.source_tree import CANISTERS, ROOT, python_files, source_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.architecture.source_tree import PythonFile

# What a Kybra wasm imports cheaply and RustPython gets right; prices decide, not taste.
CANISTER_STDLIB = {"__future__", "collections", "hashlib", "json", "sys", "typing", "unicodedata"}
KYBRA = {"kybra", "kybra_simple_db", "kybra_simple_logging"}
OURS = {"refrain", "refrain_core", "refrain_api", "kybra_replica", "canisters", "tests"}
CORES = {f"{name}_core" for name in CANISTERS}
TYPES_ONLY = {"typing_extensions"}  # mypy knows it by itself; nothing imports it at run time
NAMES_ON_IMPORT = {
    *(
        "aiohttp",
        "click",
        "cryptography",
        "gguf",
        "kybra",
        "modulegraph",
        "pyblst",
        "xllamacpp",
        "xxhash",
    )
}


def imported(file: PythonFile) -> set[str]:
    """The top-level names of the modules that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.path}:{node.lineno} imports relatively"
            names.add((node.module or "").split(".")[0])
    return names


def siblings(canister: str) -> set[str]:
    """Names of the modules and packages that lie beside a canister's main.py."""
    entries = (ROOT / "canisters" / canister).iterdir()
    return {path.stem for path in entries} - {other for other in CORES if other[:-5] != canister}


def allowed(path: Path) -> set[str]:
    """What a file may import, by where it lies."""
    standard = set(sys.stdlib_module_names) | TYPES_ONLY
    place = path.parts[1]
    if path.parts[0] == "canisters":
        if path.parts[2] == f"{place}_core":
            return CANISTER_STDLIB | {"refrain_core", f"{place}_core"}
        return CANISTER_STDLIB | KYBRA | {"refrain_api", "refrain_core"} | siblings(place)
    return {
        "refrain_core": CANISTER_STDLIB | {"refrain_core"},
        "refrain_api": {"kybra", "refrain_api"},
        "kybra_replica": standard
        | {"kybra_replica", "aiohttp", "cryptography", "kybra", "modulegraph", "pyblst"},
        "refrain": standard
        | {
            "refrain",
            "kybra_replica",
            "refrain_core",
            "aiohttp",
            "click",
            "gguf",
            "xllamacpp",
            "xxhash",
        }
        | ({"cryptography", "kybra"} if path.parts[2:3] == ("agent",) else set()),
    }[place]


def test_every_file_imports_only_what_its_place_allows() -> None:
    """Cores stay pure, the replica knows no canister, no canister knows another's core."""
    offences = [
        f"{file.path} imports {name}"
        for file in source_files()
        for name in sorted(imported(file) - allowed(file.path))
    ]
    assert not offences, "\n".join(offences)


def test_nothing_that_runs_imports_the_tests() -> None:
    """Sources, benchmarks and examples stand without the test tree."""
    files = python_files("src", "canisters", "benchmarks", "examples")
    assert [file.path for file in files if "tests" in imported(file)] == []


def test_canisters_are_no_package() -> None:
    """An importable canisters/ would let Kybra's bundler put all three into one wasm."""
    assert not (ROOT / "canisters" / "__init__.py").exists()
    for name in CANISTERS:
        assert not (ROOT / "canisters" / name / "__init__.py").exists()
        assert (ROOT / "canisters" / name / f"{name}_core" / "__init__.py").exists()


def test_declared_dependencies_are_those_imported() -> None:
    """Nothing is imported without being declared; modulegraph comes with kybra."""
    declared = {re.split(r"[^A-Za-z0-9_-]", line)[0] for line in requires("refrain") or []}
    declared = {name.replace("-", "_").lower() for name in declared} | {"modulegraph"}
    used = set().union(*(imported(file) for file in source_files()))
    assert used & NAMES_ON_IMPORT <= declared
    known = OURS | KYBRA | CORES | NAMES_ON_IMPORT | TYPES_ONLY | set(sys.stdlib_module_names)
    assert used - known <= {name for canister in CANISTERS for name in siblings(canister)}


@pytest.mark.parametrize("name", CANISTERS)
def test_no_module_of_a_bundle_shares_its_base_name(name: str) -> None:
    """Kybra copies every module flat by its base name: a second one overwrites the first."""
    seen: dict[str, Path] = {}
    for path in bundled(name):
        assert path.stem not in RESERVED_NAMES, path
        assert path.stem not in sys.stdlib_module_names, path
        assert seen.setdefault(path.stem, path) == path, f"{path} and {seen[path.stem]}"


RESERVED_NAMES = {
    *("principal", "http", "basic", "bitcoin", "tecdsa"),  # kybra's own
    *("constants", "context", "db_engine", "entity", "hooks", "mixins", "properties"),
    *("storage", "system_time", "_handler", "cli"),  # kybra_simple_db's and its logging's
}


def bundled(name: str) -> list[Path]:
    """The modules of a canister's folder and of the two packages that all canisters share."""
    files = python_files(f"canisters/{name}", "src/refrain_core", "src/refrain_api")
    return [file.path for file in files if file.path.stem != "__init__"]
