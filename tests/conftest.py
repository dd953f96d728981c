"""What every test shares: deterministic hypothesis, and the way to reference data."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from kybra_replica.kernel.spawner import shared_spawner

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]

# The same examples on every machine and run; a slow machine is no failure.
settings.register_profile("refrain", deadline=None, derandomize=True)
settings.load_profile("refrain")


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """Find the folder of recorded replies: REFRAIN_DATA, or ../shared/data beside the project."""
    folder = Path(os.environ.get("REFRAIN_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("no reference data: set REFRAIN_DATA to its folder")
    return folder


@pytest.fixture(scope="session", autouse=True)
def warm_zygote() -> Iterator[None]:
    """Keep the process from which canisters are forked, with its compiled programs."""
    shared_spawner.acquire()
    yield
    shared_spawner.release()
