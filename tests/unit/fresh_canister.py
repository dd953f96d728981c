"""Imports a canister's entry with an empty heap, as an install or an upgrade does."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import kybra
from kybra_simple_db import Database

PRINCIPAL = kybra.Principal
CANISTERS = Path(__file__).parents[2] / "canisters"


def forget(name: str) -> None:
    """Drop every module of the canister `name`, and the database that it opened."""
    folder = str(CANISTERS / name) + "/"
    for module in list(sys.modules):
        if str(getattr(sys.modules[module], "__file__", None) or "").startswith(folder):
            del sys.modules[module]
    kybra.Principal = PRINCIPAL  # type: ignore[misc]  # a canister may put another in its place
    Database._instance = None  # type: ignore[attr-defined]  # a detail of the package


def load(name: str) -> Any:
    """The entry module of the canister `name`, imported anew."""
    forget(name)
    spec = importlib.util.spec_from_file_location(f"{name}_entry", CANISTERS / name / "main.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
