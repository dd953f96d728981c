"""Refrain's canisters on a network that knows nothing of state folders."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kybra_replica.gateway.client import ControlClient
from kybra_replica.gateway.commands import Commands
from kybra_replica.gateway.server import ControlServer
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
    canisters: dict[str, str]

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


@contextmanager
def served_elsewhere(folder: Path) -> Iterator[Elsewhere]:
    """The three canisters, their operator the key of a PEM file."""
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
        yield Elsewhere(server.url, ids["batcher"], pem, ids)
