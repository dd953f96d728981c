"""A whole network for each test: three canisters, a hand-moved clock, a mocked model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kybra_replica.outcalls.mocks import StrictMocks
from tests.system.network import Network

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def mocks() -> Iterator[StrictMocks]:
    """Outcalls that must be expected; verified at the end."""
    mocks = StrictMocks()
    yield mocks
    mocks.verify()


@pytest.fixture
def network(mocks: StrictMocks, tmp_path: Path) -> Iterator[Network]:
    """A network that keeps nothing but the canisters' ids."""
    network = Network(mocks, tmp_path / "ids.json")
    yield network
    network.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """One network for all tests of a file that do not stand in each other's way."""
    mocks = StrictMocks()
    network = Network(mocks, tmp_path_factory.mktemp("shared") / "ids.json")
    yield network
    network.close()
    mocks.verify()


SYSTEM = Path(__file__).parent
FAST = ("test_hit_and_miss.py", "test_refusals.py")
"""What `make check` runs of the whole network; the rest takes more than its minute."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave all but a few files to `make test`."""
    for item in items:
        if SYSTEM in item.path.parents and item.path.name not in FAST:
            item.add_marker(pytest.mark.slow)
