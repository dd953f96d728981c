"""Where the canisters' sources are: in a checkout, or inside the installed wheel."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

CANISTERS = ("cache", "batcher", "infer")
"""The three canisters, in the order in which they are made."""

_PACKAGE = Path(__file__).resolve().parent
_WHEEL_SOURCES = _PACKAGE / "canister_sources"
_CHECKOUT_SOURCES = _PACKAGE.parent.parent / "canisters"


def kind_of(name: str) -> str:
    """Which of the three a canister is, by its name in a network: of cache-2, cache."""
    return name.partition("-")[0]


def canister_entry(name: str) -> Path:
    """The entry module of a canister; KeyError for an unknown name."""
    if name not in CANISTERS:
        raise KeyError(name)
    sources = _WHEEL_SOURCES if _WHEEL_SOURCES.is_dir() else _CHECKOUT_SOURCES
    return sources / name / "main.py"


def bundle_roots() -> list[Path]:
    """The folders that hold the packages which canisters import."""
    roots: list[Path] = []
    for package in ("refrain_core", "refrain_api"):
        spec = find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise ModuleNotFoundError(f"{package} is not installed", name=package)
        root = Path(spec.submodule_search_locations[0]).resolve().parent
        if root not in roots:
            roots.append(root)
    return roots
