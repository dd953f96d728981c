"""`python -m kybra_replica artefact ENTRY --root DIR -o FILE` writes a canister's artefact."""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kybra_replica.artefact.build import build
from kybra_replica.artefact.compression import packed
from kybra_replica.program.findings import ProgramRefused
from kybra_replica.program.load import load_program

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Build it, as gzip where FILE ends with .gz; 1 with the reasons where a rule says no."""
    options = _parser().parse_args(arguments)
    try:
        program = load_program(options.entry, options.root, name=options.name)
    except (ProgramRefused, FileNotFoundError) as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    did_text = None if options.did is None else options.did.read_text(encoding="utf-8")
    module = build(program, did_text)
    module = packed(module) if options.output.suffix == ".gz" else module
    options.output.write_bytes(module)
    digest = hashlib.sha256(module).hexdigest()
    sys.stdout.write(f"{options.output}: {len(module)} bytes, module hash 0x{digest}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kybra_replica artefact")
    parser.add_argument("entry", type=Path, metavar="ENTRY", help="e.g. canisters/cache/main.py")
    parser.add_argument("--root", action="append", type=Path, default=[], help="a package folder")
    parser.add_argument("--name", help="the program's name (default: its folder's)")
    parser.add_argument("--did", type=Path, help="the Candid to carry (default: the program's own)")
    parser.add_argument("-o", "--output", type=Path, required=True, help="e.g. cache.wasm.gz")
    return parser
