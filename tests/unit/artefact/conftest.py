"""Programs to put into artefacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kybra_replica.program.load import load_program

if TYPE_CHECKING:
    from pathlib import Path

    from kybra_replica.program.interface import Program

SOURCE = """\
from kybra import init, query, text, update, void
from pieces.greeting import greeting


@init
def init_(name: text) -> void:
    pass


@query
def greet(name: text) -> text:
    return greeting(name)


@update
def rename(name: text) -> void:
    pass
"""
GREETING = '''\
"""Words."""


def greeting(name: str) -> str:
    return "Grüße, " + name
'''


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    """A small lawful canister in two files."""
    folder = tmp_path / "greeter"
    (folder / "pieces").mkdir(parents=True)
    (folder / "main.py").write_text(SOURCE)
    (folder / "pieces" / "__init__.py").write_text("")
    (folder / "pieces" / "greeting.py").write_text(GREETING)
    return folder / "main.py"


@pytest.fixture
def program(entry: Path) -> Program:
    """The same, loaded."""
    return load_program(entry, [])
