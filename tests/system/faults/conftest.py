"""A server that lies on demand, and a network that asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.system.faults.lies import honest
from tests.system.faults.lying_server import LyingServer
from tests.system.faults.served_network import ServedNetwork

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def lying_server() -> Iterator[LyingServer]:
    """One server for all lies of a module; each test says what it answers."""
    with LyingServer(honest) as server:
        yield server


@pytest.fixture
def server(lying_server: LyingServer) -> LyingServer:
    """The server, honest again and asked nothing yet."""
    lying_server.answer = honest
    lying_server.forget()
    return lying_server


@pytest.fixture(scope="module")
def network_of_lies(
    lying_server: LyingServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServedNetwork]:
    """One network for a module: what one lie leaves behind, the next one would meet."""
    network = ServedNetwork(tmp_path_factory.mktemp("lies") / "ids.json", lying_server.url)
    yield network
    network.close()


@pytest.fixture
def lied_to(network_of_lies: ServedNetwork, server: LyingServer) -> ServedNetwork:
    """The network, its provider as `up` would set it."""
    network_of_lies.set_provider(url=server.url)
    return network_of_lies
