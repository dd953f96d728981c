"""From the bytes of a module to the program that may be run, or to the reason why not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from kybra_replica.artefact.bundle_section import BundleText, read_bundle
from kybra_replica.artefact.refusals import BundleRefused, ForeignModule
from kybra_replica.artefact.section_names import PRIVATE, SOURCE
from kybra_replica.artefact.wasm_sections import metadata_sections
from kybra_replica.program.bundle import Bundle, SourceFile, collect_bundle
from kybra_replica.program.findings import ProgramRefused
from kybra_replica.program.interface import Program
from kybra_replica.program.reader import read_interface
from kybra_replica.program.rules import check_bundle


def read(module: bytes) -> Program:
    """The program in a module as sent, plain or gzip, held to Kybra's rules.

    Raises MalformedWasm, ForeignModule or BundleRefused, all of them ArtefactRefused.
    """
    section = metadata_sections(module).get(SOURCE)
    if section is None or section.is_public:
        raise ForeignModule(
            "This replica runs Kybra programs as Python, and the module has no custom section "
            f"'{PRIVATE}{SOURCE}' with one: build it by `python -m kybra_replica artefact`, or "
            "start the replica so that it keeps foreign modules without running them."
        )
    return checked_program(read_bundle(section.content))


def checked_program(text: BundleText) -> Program:
    """The program of a bundle; BundleRefused with every finding where it breaks Kybra's rules."""
    try:
        bundle = _collected(text)
        findings = check_bundle(bundle, with_notes=False)
        if findings:
            raise BundleRefused(f"The program breaks Kybra's rules:\n{ProgramRefused(findings)}")
        _compile(text)
        return Program(text.name, text.entry, text.sources, read_interface(bundle))
    except (SyntaxError, RecursionError, MemoryError, ValueError, TypeError) as error:
        # Python's own parser has limits of its own, which hostile sources reach.
        name = type(error).__name__
        raise BundleRefused(f"The program cannot be read: {name}: {error}.") from None


def _collected(text: BundleText) -> Bundle:
    with TemporaryDirectory() as folder:
        for path, source in text.sources.items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(source, encoding="utf-8", newline="")
        # This machine may have what the bundle lacks: a bundle stands on its own.
        found = collect_bundle(Path(folder, f"{text.entry}.py"), [], with_installed=False)
    files = found.files.items()
    return Bundle(
        found.entry, {path: _with_origin(path, file, text.installed) for path, file in files}
    )


def _compile(text: BundleText) -> None:
    # Parsing is not enough: a `return` outside a function is found by the compiler only.
    for path, source in text.sources.items():
        compile(source, path, "exec", dont_inherit=True)


def _with_origin(path: str, file: SourceFile, installed: frozenset[str]) -> SourceFile:
    top = path.partition("/")[0].removesuffix(".py")
    is_theirs = top in installed and file.origin != "kybra"
    return replace(file, origin="third_party") if is_theirs else file
