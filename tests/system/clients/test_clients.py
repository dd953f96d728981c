"""Unmodified clients of the Internet Computer against the interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.system.clients.operations import OPERATIONS, Operation
from tests.system.clients.stage import Stage, staged

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.clients, pytest.mark.slow]


@pytest.fixture(scope="module", params=[False, True], ids=["root", "delegated"])
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """A served replica; once the root key signs by itself, once it delegates."""
    with staged(tmp_path_factory.mktemp("clients"), delegated=request.param) as stage:
        yield stage


@pytest.mark.parametrize(
    "operation", OPERATIONS, ids=[f"{each.client} {each.name}" for each in OPERATIONS]
)
def test_a_real_client_does_what_it_is_asked(operation: Operation, stage: Stage) -> None:
    """Each client verifies what it can, and refuses what it should."""
    operation.run(stage)
