"""The daemon of `refrain up` speaks the IC's interface, with the same root key each time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from refrain.agent.agent import Agent
from refrain.agent.typed_canister import TypedCanister
from refrain.cli.entry import cli
from refrain.client.connection import Connection, connect
from refrain.daemon.launch import end, launch
from refrain.state.folder import StateFolder
from refrain.state.model_choice import SCRIPTED, local_model
from tests.statuses import MISS_STORED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[StateFolder]:
    """A state folder; whatever runs there is ended."""
    folder = StateFolder(tmp_path / "state")
    folder.prepare()
    yield folder
    end(folder)


def started(folder: StateFolder) -> Connection:
    """The folder's network with the scripted model."""
    launch(folder, local_model("scripted"), lambda _text: None)
    return connect(folder)


def test_the_daemon_is_a_network_with_one_root_key(folder: StateFolder) -> None:
    """What status tells is enough for an agent, and a restart keeps the key."""
    first = started(folder)
    assert first.model == SCRIPTED
    assert first.root_key is not None
    end(folder)
    again = started(folder)
    assert again.root_key == first.root_key
    assert again.ic_url is not None
    agent = Agent(again.ic_url, bytes.fromhex(first.root_key))
    refused = TypedCanister(agent, again.canisters["batcher"]).query("result", 1)
    assert set(refused["Refused"]) == {"NotAllowed"}


def test_the_operators_key_asks_as_the_operator(folder: StateFolder) -> None:
    """From the command line, with the model that the batcher serves."""
    network = started(folder)
    where = ["--network", str(network.ic_url), "--batcher", network.canisters["batcher"]]
    signed = [*where, "--identity", str(folder.operator_key)]
    result = CliRunner().invoke(cli, ["ask", "--json", *signed, "Name a colour"])
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["cache_status"] == MISS_STORED
    status = CliRunner().invoke(cli, ["status", "--json", *signed])
    assert status.exit_code == 0, status.stderr
    told = json.loads(status.stdout)
    assert told["canisters"] == {"batcher": network.canisters["batcher"]}
    assert told["operator"] == network.operator
    assert told["counts"]["batcher"]["asks"] == 1
    assert told["cycles"]["batcher"] > 0
