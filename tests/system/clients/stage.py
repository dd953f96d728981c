"""A served replica with toys in it, and the way to run other people's clients against it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kybra_replica.ic_http import IcServer, application
from kybra_replica.ic_http.certificates import BlsKey
from kybra_replica.ic_http.self_authenticating import principal_of
from kybra_replica.ic_http.subnet_keys import fresh_keys
from kybra_replica.kernel.module import code_of_program
from kybra_replica.kernel.principals import text_of
from kybra_replica.live import LiveReplica
from kybra_replica.management.options import ManagementOptions
from tests.replica.conftest import toy_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ICP, CORE = "@icp-sdk/icp-cli-linux-x64", "@icp-sdk/core"
NPM_PACKAGES = {ICP: "1.5.0", CORE: "6.1.0"}
NODE_FOLDER = Path(sys.prefix) / "node"
SCRIPTS = Path(__file__).parent / "scripts"
ANONYMOUS = "2vxsx-fae"
PATIENCE_S = 120


@dataclass(frozen=True)
class Stage:
    """Where the replica is served, its keys, the toy `echo`, and a module to install."""

    url: str
    root_key: str
    other_key: str
    subnet: str
    canister: str
    module: Path
    home: Path
    delegated: bool

    def icp(self, *arguments: str, key: str = "") -> str:
        """Run the `icp` command; what it wrote. AssertionError where it fails."""
        program = NODE_FOLDER / "node_modules" / ICP / "bin" / "icp"
        network = ("--network", self.url, "--root-key", key or self.root_key)
        return self._run([str(program), *arguments, *network])

    def core(self, operation: str, key: str = "") -> str:
        """Run one operation of the script for `@icp-sdk/core`."""
        node = shutil.which("node")
        assert node is not None, "Node.js is needed for this test: install it"
        words = [operation, self.url, self.canister, key or self.root_key]
        return self._run([node, str(SCRIPTS / "core_client.cjs"), *words])

    def python(self, script: str, operation: str) -> str:
        """Run one operation of a Python client's script."""
        words = [operation, self.url, self.canister]
        return self._run([sys.executable, str(SCRIPTS / script), *words])

    def _run(self, command: Sequence[str]) -> str:
        environment = {
            **os.environ,
            "DO_NOT_TRACK": "1",
            "ICP_HOME": str(self.home),
            "NODE_PATH": str(NODE_FOLDER / "node_modules"),
        }
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            env=environment,
            cwd=self.home,
        )
        written = done.stdout + done.stderr
        assert done.returncode == 0, f"exit code {done.returncode}: {written}"
        return written


def install_packages() -> None:
    """Put the npm packages into the environment's `node` folder, unless they are there."""
    if all(_is_installed(name, version) for name, version in NPM_PACKAGES.items()):
        return
    npm = shutil.which("npm")
    assert npm is not None, "npm is needed to install the clients: install Node.js"
    NODE_FOLDER.mkdir(exist_ok=True)
    wanted = [f"{name}@{version}" for name, version in NPM_PACKAGES.items()]
    flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(NODE_FOLDER)]
    subprocess.run([npm, "install", *flags, *wanted], check=True, capture_output=True)


def _is_installed(name: str, version: str) -> bool:
    package = NODE_FOLDER / "node_modules" / name / "package.json"
    return package.exists() and f'"version": "{version}"' in package.read_text()


@contextmanager
def staged(folder: Path, *, delegated: bool) -> Iterator[Stage]:
    """Serve a replica that keeps its state in `folder`."""
    install_packages()
    module = folder / "vault.wasm"
    module.write_bytes(code_of_program(toy_program("vault")).wasm)
    keys = fresh_keys(delegated=delegated)
    options = ManagementOptions(users_create=True)
    with (
        LiveReplica(folder / "state", management=options) as replica,
        IcServer(application(replica, keys)) as server,
    ):
        canister = replica.create_canister(controller=ANONYMOUS)
        replica.install(canister, toy_program("echo"), sender=ANONYMOUS)
        yield Stage(
            url=server.url,
            root_key=keys.root.der.hex(),
            other_key=BlsKey.generate().der.hex(),
            subnet=text_of(principal_of(keys.signing.der)),
            canister=canister,
            module=module,
            home=folder,
            delegated=delegated,
        )
