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
THOROUGH = (
    "replica/test_management_hostile.py",
    "unit/candid/test_hostile_messages.py",
    "unit/candid/test_random_types.py",
    "unit/candid_text/test_parsers_noise.py",
    "unit/candid_text/test_random_values.py",
    "unit/ic_http/test_cbor.py",
    "unit/ic_http/test_envelope.py",
    "unit/pocket_ic/test_malformed_requests.py",
)
"""Thousands of made-up inputs each, half of the time of all fast tests: not in `make check`."""

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the files of many made-up inputs as slow."""
    for item in items:
        if item.path.as_posix().endswith(THOROUGH):
            item.add_marker(pytest.mark.slow)
