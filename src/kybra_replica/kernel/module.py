"""The code in a canister: a module's hash, size and metadata, and the program within it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kybra_replica.artefact.build import build
from kybra_replica.artefact.read import read
from kybra_replica.artefact.refusals import ForeignModule
from kybra_replica.artefact.wasm_sections import MetadataSection, metadata_sections

if TYPE_CHECKING:
    from kybra_replica.program.interface import Program


@dataclass(frozen=True)
class Module:
    """What is known of installed code; `sha256` is that of the bytes as they were sent."""

    sha256: str
    size_bytes: int
    metadata: dict[str, MetadataSection]

    @property
    def metadata_bytes(self) -> int:
        """Bytes of all metadata."""
        return sum(len(section.content) for section in self.metadata.values())

    def readable(self, name: str, *, by_controller: bool) -> bytes | None:
        """The metadata of that name; None where there is none for such a reader."""
        section = self.metadata.get(name)
        if section is None or not (section.is_public or by_controller):
            return None
        return section.content


@dataclass(frozen=True)
class Code:
    """Something to install: the bytes as sent, and the program in them; None is foreign code."""

    wasm: bytes
    program: Program | None

    def module(self) -> Module:
        """What will be known of it."""
        digest = hashlib.sha256(self.wasm).hexdigest()
        return Module(digest, len(self.wasm), metadata_sections(self.wasm))


def code_of_program(program: Program) -> Code:
    """A program in an artefact of its own."""
    return Code(build(program), program)


def code_of_module(wasm: bytes, *, accept_foreign: bool) -> Code:
    """A module as sent; ArtefactRefused where it is not to be had.

    Foreign modules are taken where `accept_foreign`: such a canister answers no call.
    """
    try:
        return Code(wasm, read(wasm))
    except ForeignModule:
        if not accept_foreign:
            raise
        return Code(wasm, None)
