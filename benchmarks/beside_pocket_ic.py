"""The same client against our PocketIC server and a real one, with the cache canister in both.

The real one is taken where POCKET_IC_BIN and CANISTER_WASM_DIR are set; its gateway is asked by the
same signed requests as ours. The cache's `counters` is the query, its `writers` the update.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kybra_replica.kernel.module import code_of_program
from kybra_replica.program.load import load_program
from refrain.agent.agent import Agent, root_key_at
from refrain.agent.code_install import put_code
from refrain.agent.identity import KeyIdentity
from refrain.sources import bundle_roots, canister_entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

METHODS = ("counters", "writers")
BINARY, WASM_DIR = "POCKET_IC_BIN", "CANISTER_WASM_DIR"
OURS = Path(sys.executable).with_name("kybra-replica")
SHARE = 0.5
"""How much of the real one's rate there has to be at least."""


def beside_real(environment: Mapping[str, str], seconds: float) -> dict[str, Any] | None:
    """The rates of both and the real one's version; None where no real one was named."""
    binary, folder = (environment.get(name, "") for name in (BINARY, WASM_DIR))
    if not (binary and folder):
        return None
    program = load_program(canister_entry("cache"), bundle_roots(), name="cache")
    real = Path(folder, "cache.wasm.gz").read_bytes()
    told = subprocess.run([binary, "--version"], check=True, capture_output=True, text=True)  # noqa: S603 (what the environment names)
    return {
        "version": told.stdout.strip(),
        "ours": rates_on(OURS, code_of_program(program).wasm, seconds),
        "real": rates_on(Path(binary), real, seconds),
    }


def rates_on(binary: Path, module: bytes, seconds: float) -> dict[str, Any]:
    """The rates of a live instance behind its gateway."""
    from benchmarks.http_rates import measured_at  # noqa: PLC0415 (which imports this)

    with live_instance(binary) as (url, pic):
        identity = KeyIdentity(Ed25519PrivateKey.from_private_bytes(bytes(32)))
        canister = owned_canister(pic, identity.principal)
        put_code(Agent(url, root_key_at(url), identity), canister, module, print, "install")
        return measured_at(url, canister, METHODS, seconds)


def owned_canister(pic: Any, owner: bytes) -> str:
    """A new canister that `owner` controls."""
    import ic  # noqa: PLC0415 (beside the client, which is for development alone)

    pic.set_sender(ic.Principal(owner))
    return str(pic.create_canister().to_str())


@contextmanager
def live_instance(binary: Path) -> Iterator[tuple[str, Any]]:
    """An instance with a root key that follows the wall clock; its gateway's URL and its client."""
    from pocket_ic import PocketIC, SubnetConfig  # noqa: PLC0415 (as above)

    # The client starts one server a process, by a port file named after the process.
    with (
        TemporaryDirectory() as folder,
        patch.dict(
            os.environ, {BINARY: str(binary), "POCKET_IC_MUTE_SERVER": "1", "TMPDIR": folder}
        ),
        patch("tempfile.tempdir", folder),
    ):
        pic = PocketIC(SubnetConfig(nns=True, application=1))
        try:
            pic.server.instance_post("auto_progress", pic.instance_id, {"artificial_delay_ms": 0})
            wanted = {"forward_to": {"PocketIcInstance": pic.instance_id}}
            made = pic.server.request_client.post(f"{pic.server.url}/http_gateway", json=wanted)
            yield f"http://127.0.0.1:{made.json()['Created']['port']}", pic
        finally:
            pic.server.delete_instance(pic.instance_id)
            pic.server.request_client.close()
            pic.server.delete_instance = lambda _number: None


def behind_half(beside: dict[str, Any] | None) -> list[str]:
    """The kinds whose rate is less than half the real one's."""
    if beside is None:
        return []
    ours, real = beside["ours"], beside["real"]
    return [kind for kind in real if ours[kind]["a_second"] < SHARE * real[kind]["a_second"]]


def beside_lines(beside: dict[str, Any] | None) -> str:
    """The report's part on the real runtime."""
    head = "\n## Beside a real PocketIC\n\n"
    if beside is None:
        return head + "Not run: POCKET_IC_BIN and CANISTER_WASM_DIR named none.\n"
    rows = [
        f"| {kind} | {beside['ours'][kind]['a_second']} | {beside['real'][kind]['a_second']} |"
        for kind in beside["real"]
    ]
    lines = ["| the cache's | ours, a second | real, a second |", "|---|---|---|", *rows]
    return (
        f"{head}{beside['version']}, both live, each behind its gateway.\n\n"
        + "\n".join(lines)
        + "\n"
    )
