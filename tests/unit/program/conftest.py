"""Toy canisters written into a temporary folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pytest

from kybra_replica.program.bundle import Bundle, collect_bundle

if TYPE_CHECKING:
    from pathlib import Path

Bundler = Callable[[Mapping[str, str]], Bundle]


@pytest.fixture
def write_files(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    """Write files below a canister's folder and answer the path of main.py."""

    def write(files: Mapping[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / "toy" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / "toy" / "main.py"

    return write


@pytest.fixture
def bundle_files(write_files: Callable[[Mapping[str, str]], Path]) -> Bundler:
    """Write files and bundle them from main.py."""
    return lambda files: collect_bundle(write_files(files), [])
