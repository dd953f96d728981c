"""What clients expect of the process: its port file, its exit."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from kybra_replica.pocket_ic.port_file import PortFile
from tests.unit.pocket_ic.conftest import Client

if TYPE_CHECKING:
    from pathlib import Path

WAIT_S = 30


def start(port_file: Path, *options: str) -> subprocess.Popen[bytes]:
    """Start the command."""
    module = "kybra_replica.pocket_ic.entry"
    return subprocess.Popen([sys.executable, "-m", module, "--port-file", str(port_file), *options])


def port_in(port_file: Path) -> int:
    """Wait for the port as clients do: until there is a line feed."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        if port_file.exists() and port_file.read_text().endswith("\n"):
            return int(port_file.read_text())
        time.sleep(0.02)
    raise TimeoutError(port_file)


def test_only_one_claims_the_port_file(tmp_path: Path) -> None:
    """Whoever makes the file serves; its removal lets the next one in."""
    path = str(tmp_path / "port")
    first, second = PortFile(path), PortFile(path)
    assert (first.claim(), second.claim()) == (True, False)
    first.announce(1_234)
    assert (tmp_path / "port").read_text() == "1234\n"
    first.remove()
    assert second.claim()
    first.remove()
    assert (tmp_path / "port").exists(), "the file of the second was not the first's to remove"


def test_port_file_in_no_folder_is_not_claimed(tmp_path: Path) -> None:
    """Where the file can't be made nobody could find the server."""
    assert not PortFile(str(tmp_path / "none" / "port")).claim()


@pytest.mark.slow
def test_second_process_leaves_at_once_and_a_signal_ends_the_first(tmp_path: Path) -> None:
    """One server for all clients; SIGTERM ends it, and takes the port file away."""
    port_file = tmp_path / "port"
    server = start(port_file)
    client = Client(port_in(port_file))
    assert start(port_file).wait(WAIT_S) == 0
    assert client.create() == 0
    server.send_signal(signal.SIGTERM)
    assert server.wait(WAIT_S) == 0
    assert not port_file.exists()


@pytest.mark.slow
def test_idle_server_ends_by_itself(tmp_path: Path) -> None:
    """After so many seconds without a request it goes, instances and all."""
    port_file = tmp_path / "port"
    server = start(port_file, "--ttl", "1")
    client = Client(port_in(port_file))
    client.create()
    for _ in range(4):
        time.sleep(0.4)
        assert client.get("/instances").value == ["Available"]
    assert server.wait(WAIT_S) == 0
    assert not port_file.exists()


@pytest.mark.slow
def test_port_that_is_taken_is_an_error_with_its_name(tmp_path: Path) -> None:
    """The process says which address it could not have, and leaves no port file."""
    first_file, second_file = tmp_path / "first", tmp_path / "second"
    first = start(first_file)
    port = port_in(first_file)
    second = start(second_file, "--port", str(port))
    assert second.wait(WAIT_S) == 1
    assert not second_file.exists()
    first.send_signal(signal.SIGTERM)
    assert first.wait(WAIT_S) == 0
