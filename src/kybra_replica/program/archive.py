"""A program as one text, for a replica that keeps it between two starts."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from kybra_replica.program.bundle import collect_bundle
from kybra_replica.program.interface import Program
from kybra_replica.program.reader import read_interface


def pack(program: Program) -> str:
    """The program's name, entry and sources as JSON."""
    content = {"name": program.name, "entry": program.entry, "sources": program.sources}
    return json.dumps(content, sort_keys=True)


def unpack(text: str) -> Program:
    """The program that `pack` wrote; its interface is read from its sources again."""
    content = json.loads(text)
    with TemporaryDirectory() as folder:
        for path, source in content["sources"].items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(source, encoding="utf-8")
        bundle = collect_bundle(Path(folder, f"{content['entry']}.py"), [])
        interface = read_interface(bundle)
    return Program(content["name"], content["entry"], content["sources"], interface)


def module_hash(program: Program) -> str:
    """The sha256, in hex, of a program's text."""
    return hashlib.sha256(pack(program).encode()).hexdigest()
