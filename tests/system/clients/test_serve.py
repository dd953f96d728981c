"""`python -m kybra_replica serve` as a process: what it prints, keeps, and how it ends."""

from __future__ import annotations

import re
import signal
import stat
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

from kybra_replica.ic_http import cbor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow
START_S = 10.0


@contextmanager
def serving(*options: str) -> Iterator[tuple[str, str]]:
    """A server process; its URL and root key. It must end well on SIGTERM."""
    command = [sys.executable, "-m", "kybra_replica", "serve", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        lines = process.stdout.readline() + process.stdout.readline()
        found = re.fullmatch(r"url: (\S+)\nroot key: ([0-9a-f]{266})\n", lines)
        assert found is not None, lines
        yield found[1], found[2]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=START_S)
    assert process.returncode == 0


def status(url: str) -> dict[str, bytes]:
    """The status that it serves."""
    with urlopen(f"{url}/api/v2/status", timeout=START_S) as answer:  # noqa: S310 (our own server)
        held: dict[str, bytes] = cbor.decode(answer.read())
    return held


def test_it_serves_on_loopback_with_the_key_that_it_prints() -> None:
    """The address and the key of its two lines are those of the status."""
    with serving() as (url, root_key):
        held = status(url)
    assert url.startswith("http://127.0.0.1:")
    assert held["root_key"].hex() == root_key


def test_a_state_folder_keeps_the_root_key(tmp_path: Path) -> None:
    """Whoever trusted it may go on to; the file is its owner's alone."""
    with serving("--state", str(tmp_path)) as (_, first):
        pass
    with serving("--state", str(tmp_path)) as (_, again):
        pass
    assert first == again
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
