"""What the scenarios run on: our server with artefacts of our own, or a real PocketIC with Kybra's.

The real one is taken where both POCKET_IC_BIN and CANISTER_WASM_DIR are set.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
CANISTERS = ("cache", "batcher", "infer")
BINARY, WASM_DIR = "POCKET_IC_BIN", "CANISTER_WASM_DIR"
IDLE_S = 10
"""After how long our own server ends; the client never tells it to."""


class NoRuntimeError(RuntimeError):
    """What the scenarios were to run on is not there, or only half given."""


@dataclass(frozen=True)
class Runtime:
    """An executable that serves as PocketIC, and the modules that it is to run."""

    binary: Path
    wasm_dir: Path
    is_real: bool

    def module(self, name: str) -> bytes:
        """A canister's module, compressed."""
        return (self.wasm_dir / f"{name}.wasm.gz").read_bytes()


def given_runtime(environment: Mapping[str, str]) -> Runtime | None:
    """The real runtime that the environment names; None where it names none."""
    binary, folder = (environment.get(name, "") for name in (BINARY, WASM_DIR))
    if not binary and not folder:
        return None
    if not (binary and folder):
        raise NoRuntimeError(f"{BINARY} and {WASM_DIR} go together: set both, or neither")
    missing = [name for name in CANISTERS if not Path(folder, f"{name}.wasm.gz").is_file()]
    if missing or not os.access(binary, os.X_OK):
        raise NoRuntimeError(
            f"{BINARY} must be an executable and {WASM_DIR} hold cache.wasm.gz, batcher.wasm.gz "
            f"and infer.wasm.gz, built by Kybra (missing here: {', '.join(missing) or binary})"
        )
    return Runtime(Path(binary), Path(folder), is_real=True)


def own_runtime(folder: Path) -> Runtime:
    """Our server, as installed beside this Python, and artefacts built into `folder`."""
    server = Path(sys.executable).with_name("kybra-replica")
    if not server.is_file():
        raise NoRuntimeError(f"{server} is missing: install the project into this environment")
    binary = folder / "pocket-ic"
    binary.write_text(f'#!/bin/sh\nexec "{server}" --ttl {IDLE_S} "$@"\n', encoding="utf-8")
    binary.chmod(0o755)
    for name in CANISTERS:
        build_artefact(ROOT / "canisters" / name / "main.py", folder / f"{name}.wasm.gz")
    return Runtime(binary, folder, is_real=False)


def build_artefact(entry: Path, module: Path) -> None:
    """Build one canister's module by the command that users have."""
    command = [sys.executable, "-m", "kybra_replica", "artefact", str(entry)]
    options = ["--root", str(ROOT / "src"), "-o", str(module)]
    subprocess.run([*command, *options], check=True, stdout=subprocess.DEVNULL)
