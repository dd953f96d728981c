"""Programs for the kernel's parts, made of a few lines of source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kybra_replica.program.bundle import collect_bundle
from kybra_replica.program.interface import Program
from kybra_replica.program.reader import read_interface

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COUNTER = """
from kybra import Async, Principal, ic, nat64, query, text, update, void

count = [0]

@update
def add(number: nat64) -> nat64:
    count[0] += number
    return count[0]

@query
def read() -> nat64:
    return count[0]

@update
def fail() -> void:
    count[0] = 1_000_000
    raise ValueError("no")

@update
def wait_long() -> Async[text]:
    request = bytes.fromhex("{request}")
    answer = yield ic.call_raw(Principal.management_canister(), "http_request", request, 10**11)
    return str(answer.Err)
"""


def program_of(source: str, folder: Path, name: str = "counter") -> Program:
    """The program of one main.py, unchecked."""
    folder.mkdir(parents=True, exist_ok=True)
    entry = folder / "main.py"
    entry.write_text(source)
    bundle = collect_bundle(entry, [])
    return Program(name, bundle.entry, bundle.sources, read_interface(bundle))


@pytest.fixture
def make(tmp_path: Path) -> Callable[[str], Program]:
    """Make a program of a source text."""
    return lambda source: program_of(source, tmp_path / "source")
