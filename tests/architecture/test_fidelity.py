"""docs/fidelity.md is complete and true: every member and method, and a test for every row."""

from __future__ import annotations

import ast
import re
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from kybra_replica.management.signatures import NOT_SERVED, SIGNATURES
from tests.architecture.source_tree import ROOT, functions, python_files
from tests.unit.program.test_rules import declared_rules

VERDICTS = {"exact", "approximate", "refused"}
CELLS = 4


class Row(NamedTuple):
    """One line of the tables: what, how true, how it differs, and the tests that hold it."""

    what: str
    verdict: str
    difference: str
    tests: tuple[str, ...]


def rows() -> list[Row]:
    """Every row of docs/fidelity.md, the tables' heads left out."""
    found = []
    for line in (ROOT / "docs" / "fidelity.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and cells[1] != "verdict":
            assert len(cells) == CELLS, line
            found.append(Row(cells[0], cells[1], cells[2], tuple(re.findall(r"`(.+?)`", cells[3]))))
    return found


def members() -> set[str]:
    """Every `_kybra_ic.NAME` in the source of the installed kybra package."""
    spec = find_spec("kybra")
    assert spec is not None
    assert spec.origin is not None
    found = set()
    for path in Path(spec.origin).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found |= {node.attr} if node.value.id == "_kybra_ic" else set()
    return found


def all_tests() -> set[str]:
    """Every test of the project as `path::name`."""
    return {
        f"{file.path.as_posix()}::{node.name}"
        for file in python_files("tests")
        for node in functions(file)
        if node.name.startswith("test_")
    }


def test_every_member_has_a_row() -> None:
    """The list is read from the genuine package, and so are the generated notify members."""
    named = {name for row in rows() for name in re.findall(r"`(\w+)`", row.what)}
    generated = {
        "notify_Service_method_wrapper",
        "notify_with_payment128_Service_method_wrapper",
    }
    assert len(members()) > len(generated)
    assert sorted((members() | generated) - named) == []


def test_every_management_method_has_the_row_that_it_deserves() -> None:
    """Served ones are exact or approximate, and refused are just those that the code refuses."""
    verdicts = {
        name: row.verdict for row in rows() for name in re.findall(r"`([a-z_0-9]+)`", row.what)
    }
    assert sorted((SIGNATURES.keys() | NOT_SERVED.keys()) - verdicts.keys()) == []
    assert [name for name in SIGNATURES if verdicts[name] == "refused"] == []
    assert [name for name in NOT_SERVED if verdicts[name] != "refused"] == []


def test_every_rule_is_named_in_one_row() -> None:
    """The rules that programs are held to, by the names that findings bear."""
    named = [
        name for row in rows() for name in re.findall(r"`([a-z]+(?:-[a-z]+)+)`", row.difference)
    ]
    assert sorted(named) == sorted(declared_rules())


def test_every_verdict_is_one_of_three() -> None:
    """What is not exact says how it differs."""
    for row in rows():
        assert row.verdict in VERDICTS, row
        assert row.verdict == "exact" or row.difference, row


def test_every_row_names_tests_that_exist() -> None:
    """A renamed or removed test takes its row along."""
    existing = all_tests()
    for row in rows():
        assert row.tests, row
        assert sorted(set(row.tests) - existing) == [], row.what


def test_no_row_stands_twice() -> None:
    """One thing, one verdict."""
    whats = [row.what for row in rows()]
    assert len(whats) == len(set(whats))
