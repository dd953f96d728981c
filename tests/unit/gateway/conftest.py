"""A control server over a fake replica, and its client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kybra_replica.gateway.client import ControlClient
from kybra_replica.gateway.commands import Commands
from kybra_replica.gateway.server import ControlServer
from kybra_replica.program.interface import Interface, Program
from tests.unit.gateway.fake_replica import FakeReplica

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

TOKEN = "the-right-token"
MAX_BODY_BYTES = 10_000


def load_nothing(entry: Path, _roots: Sequence[Path], name: str) -> Program:
    """Pretend to load a program."""
    return Program(name, entry.stem, {}, Interface())


@pytest.fixture
def replica() -> FakeReplica:
    """Make a fake replica."""
    return FakeReplica()


@pytest.fixture
def server(replica: FakeReplica) -> Iterator[ControlServer]:
    """Serve the fake replica on a free port."""
    commands = Commands(replica, load_nothing)
    with ControlServer(commands, TOKEN, max_body_bytes=MAX_BODY_BYTES) as running:
        yield running


@pytest.fixture
def client(server: ControlServer) -> ControlClient:
    """Make a client with the right token."""
    return ControlClient(server.url, TOKEN, timeout_s=10)
