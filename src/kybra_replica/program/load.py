"""From an entry file to a `Program` that may be run, or to the reasons why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.program.bundle import collect_bundle
from kybra_replica.program.findings import Finding, ProgramRefused
from kybra_replica.program.interface import Program
from kybra_replica.program.reader import read_interface
from kybra_replica.program.rules import check_bundle

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def load_program(entry: Path, roots: Sequence[Path], *, name: str | None = None) -> Program:
    """Bundle, check and read a canister; `name` is its folder's unless given.

    Raises ProgramRefused with every finding but notes, and FileNotFoundError without an entry.
    """
    bundle = collect_bundle(entry, roots)
    findings = check_bundle(bundle, with_notes=False)
    if findings:
        raise ProgramRefused(findings)
    return Program(
        name=name or entry.resolve().parent.name,
        entry=bundle.entry,
        sources=bundle.sources,
        interface=read_interface(bundle),
    )


def check_program(entry: Path, roots: Sequence[Path]) -> list[Finding]:
    """Every finding about a canister, notes included, sorted by place."""
    return check_bundle(collect_bundle(entry, roots))
