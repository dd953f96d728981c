"""`refrain ask --network`: a batcher asked through the Internet Computer's own interface."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kybra_replica.gateway.client import ControlClient
from kybra_replica.gateway.commands import Commands
from kybra_replica.gateway.server import ControlServer
from kybra_replica.ic_http.certificates import BlsKey
from kybra_replica.ic_http.server import IcServer, application
from kybra_replica.kernel.principals import text_of
from kybra_replica.live import LiveReplica
from kybra_replica.outcalls.http_port import HttpOutcalls
from refrain.agent.identity import identity_of_pem
from refrain.cli.entry import cli
from refrain.daemon.deployment import Deployment, ModelEndpoint
from refrain.local_model.child import model_endpoint
from refrain.state.folder import StateFolder
from refrain.state.model_choice import SCRIPTED as MODEL
from refrain.state.model_choice import local_model
from tests.statuses import HIT, MISS_STORED
from tests.system.network import program_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from click.testing import Result

    from kybra_replica.program.interface import Program

TOKEN = "a token of this test alone"


class Elsewhere(NamedTuple):
    """A network that knows nothing of state folders."""

    url: str
    batcher: str
    identity: Path

    def ask(self, *arguments: str) -> Result:
        """Ask there with further arguments."""
        where = ["--network", self.url, "--batcher", self.batcher, "--model", MODEL]
        return CliRunner().invoke(cli, ["ask", *where, *arguments])

    def ask_signed(self, *arguments: str) -> Result:
        """The same as the operator."""
        return self.ask("--identity", str(self.identity), *arguments)


def load(entry: Path, roots: Sequence[Path], _name: str) -> Program:
    """A checked program, loaded once for all tests."""
    return program_at(entry, tuple(roots))


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """The three canisters, their operator the key of a PEM file."""
    folder = tmp_path_factory.mktemp("elsewhere")
    pem = folder / "identity.pem"
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    operator = text_of(identity_of_pem(pem).principal)
    with (
        model_endpoint(local_model("scripted"), StateFolder(folder), lambda _text: None) as model,
        LiveReplica(outcalls=HttpOutcalls()) as replica,
        ControlServer(Commands(replica, load), TOKEN) as control,
        IcServer(application(replica)) as server,
    ):
        deployment = Deployment(ControlClient(control.url, TOKEN), operator, lambda _text: None)
        ids = deployment.settle(folder / "ids.json")
        deployment.wire(ids, ModelEndpoint(MODEL, model, ""))
        yield Elsewhere(server.url, ids["batcher"], pem)


def test_a_miss_and_then_a_hit(elsewhere: Elsewhere) -> None:
    """The same answer, and the second time without an outcall."""
    first, second = (elsewhere.ask_signed("--json", "Name a colour") for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    miss, hit = json.loads(first.stdout), json.loads(second.stdout)
    assert (miss["outcalls"], hit["outcalls"]) == (1, 0)
    assert (miss["cache_status"], hit["cache_status"]) == (MISS_STORED, HIT)
    assert miss["content"] == hit["content"]


def test_a_stranger_is_refused(elsewhere: Elsewhere) -> None:
    """Without the operator's key nobody in particular asks."""
    result = elsewhere.ask("Name a colour")
    assert result.exit_code == 1
    assert "refrain:" in result.stderr


def test_a_wrong_root_key_ends_it_before_anything_is_told(elsewhere: Elsewhere) -> None:
    """With a sentence that says what it means."""
    result = elsewhere.ask_signed("--root-key", BlsKey(13).der.hex(), "Name a colour")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "not signed by the network's root key" in result.stderr


def test_a_stranger_sees_counts_and_no_cycles(elsewhere: Elsewhere) -> None:
    """What only controllers may know is said to be theirs."""
    where = ["--network", elsewhere.url, "--batcher", elsewhere.batcher]
    told = CliRunner().invoke(cli, ["status", *where])
    assert told.exit_code == 0, told.stderr
    assert MODEL in told.stdout
    assert "controllers alone" in told.stdout


def test_another_machines_word_for_its_root_key_is_not_taken(elsewhere: Elsewhere) -> None:
    """Nothing is sent there."""
    where = ["--network", "https://example.com", "--batcher", elsewhere.batcher]
    result = CliRunner().invoke(cli, ["ask", *where, "x"])
    assert result.exit_code == 1
    assert "--root-key" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "exit_code", "why"),
    [
        (["--network", "local"], 2, "--batcher"),
        (["--network", "ftp://x", "--batcher", "aaaaa-aa", "--model", "m"], 1, "--root-key"),
        (["--network", "http://127.0.0.1:1", "--batcher", "aaaaa-aa", "--model", "m"], 3, "answer"),
        (["--network", "ic", "--batcher", "nobody", "--model", "m"], 1, "no principal"),
        (["--root-key", "xyz"], 2, "hexadecimal"),
    ],
)
def test_a_wrong_command_line_says_what_to_do(
    arguments: list[str], exit_code: int, why: str
) -> None:
    """Each with its exit code, before anything is sent."""
    result = CliRunner().invoke(cli, ["ask", *arguments, "x"])
    assert (result.exit_code, why in result.stderr) == (exit_code, True), result.stderr
