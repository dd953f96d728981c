"""A network that is none: the command line's files, lock and control server over a fake replica."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from click.testing import CliRunner

from kybra_replica.gateway.commands import Commands
from kybra_replica.gateway.server import ControlServer
from kybra_replica.program.interface import Interface, Program
from refrain.cli.entry import cli
from refrain.state.folder import StateFolder, write_json
from tests.unit.gateway.fake_replica import FakeReplica

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from click.testing import Result

MODEL = "toy@1:none"

HOLD = """
import sys
from pathlib import Path
from refrain.state.lock import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


class Running(NamedTuple):
    """A pretended network: its folder, its replica, and the process that holds its lock."""

    folder: StateFolder
    replica: FakeReplica
    daemon: subprocess.Popen[bytes]
    canisters: dict[str, str]


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    """Make an empty state folder."""
    made = StateFolder(tmp_path / "state")
    made.prepare()
    return made


@pytest.fixture
def lock_holder(folder: StateFolder) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process that holds the folder's lock, as a daemon does."""
    command = [sys.executable, "-c", HOLD, str(folder.lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


@pytest.fixture
def running(folder: StateFolder, lock_holder: subprocess.Popen[bytes]) -> Iterator[Running]:
    """Make the folder look as if a network ran in it."""
    replica = FakeReplica()
    canisters = {
        name: replica.create_canister(controller="me", cycles=1)
        for name in ("cache", "batcher", "infer")
    }
    replica.methods["shards"] = lambda: shards([canisters["cache"]])
    replica.methods["counters"] = lambda: {"hits": 1234, "misses": 0}
    with ControlServer(Commands(replica, _load_nothing), folder.token()) as server:
        facts = {
            "url": server.url,
            "pid": lock_holder.pid,
            "operator": "operator-principal",
            "canisters": canisters,
            "model": MODEL,
            "model_note": None,
        }
        write_json(folder.status, facts)
        yield Running(folder, replica, lock_holder, canisters)


def shards(caches: list[str], **fields: Any) -> dict[str, Any]:
    """Make what the batcher tells of caches that serve."""
    told: dict[str, Any] = {
        "caches": [{"cache": name, "state": "serving"} for name in caches],
        **dict.fromkeys(("move", "moved", "lost", "legs", "legs_done", "left"), 0),
    }
    return {**told, **fields}


def _load_nothing(entry: Path, _roots: Sequence[Path], name: str) -> Program:
    return Program(name, entry.stem, {}, Interface())


@pytest.fixture
def refrain(folder: StateFolder) -> Callable[..., Result]:
    """Run the command line on the folder: `refrain("ask", "prompt")`."""

    def run(*arguments: str, **options: Any) -> Result:
        return CliRunner(env={"REFRAIN_STATE": str(folder.path)}).invoke(cli, arguments, **options)

    return run
