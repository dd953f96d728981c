"""From a program to its artefact."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kybra_replica.artefact.bundle_section import write_bundle
from kybra_replica.artefact.section_names import CANDID, PRIVATE, PUBLIC, SOURCE
from kybra_replica.artefact.stub_module import stub_module
from kybra_replica.artefact.wasm_encoding import custom_section
from kybra_replica.candid.did_text import service_text
from kybra_replica.program.search import Search, site_directories

if TYPE_CHECKING:
    from kybra_replica.program.interface import Program


def build(program: Program, did_text: str | None = None) -> bytes:
    """A small valid wasm module that carries the program; the same bytes for the same program.

    `did_text` is its Candid; None writes it from the program's interface.
    """
    did = service_text(program.interface) if did_text is None else did_text
    return b"".join(
        (
            stub_module(program.interface),
            custom_section(PUBLIC + CANDID, did.encode()),
            custom_section(PRIVATE + SOURCE, write_bundle(program, installed_packages(program))),
        )
    )


def installed_packages(program: Program) -> frozenset[str]:
    """The top-level names of a program that are installed here, with just the same texts."""
    # A place among the installed packages has no folder of its own to look into first.
    search = Search(Path(site_directories()[0], "entry.py"), [])
    tops = {path.partition("/")[0].removesuffix(".py") for path in program.sources}
    return frozenset(top for top in tops - {program.entry} if _is_installed(program, search, top))


def _is_installed(program: Program, search: Search, top: str) -> bool:
    place = search.place(top)
    if place is None or place.is_ours:
        return False
    return all(program.sources.get(key) == path.read_text("utf-8") for key, path in place.files())
