"""Assertion files through the command that checks them."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import pytest

from kybra_replica.__main__ import COMMANDS
from kybra_replica.candid.spec.assertions import parse_assertions
from kybra_replica.candid.spec.conformance import check_assertions, main

FILES = sorted((Path(__file__).parent / "assertions").glob("*.test.did"))
OPPOSITES = {" == ": " != ", " != ": " == ", " !: ": " : ", " : ": " !: "}
LIMIT_S = 2


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_assertion_holds(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints the count alone and answers 0."""
    assert main([str(path)]) == 0
    count = path.read_text().count("\nassert ")
    assert capsys.readouterr().out == f"{count} passed, 0 failed\n"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_assertion_holds_turned_round(path: Path) -> None:
    """The relation decides: with its opposite, each assertion of every file fails."""
    turned = "\n".join(opposite(line) for line in path.read_text().splitlines())
    assert [outcome for outcome in check_assertions(turned) if not outcome.failure] == []


def opposite(line: str) -> str:
    """Turn an assertion into its opposite: the relation is the first one outside of quotes."""
    if not line.startswith("assert "):
        return line
    pieces = line.split('"')
    outside = {at for at, piece in enumerate(pieces) if at % 2 == 0 or not piece}
    for at in sorted(outside):
        for relation, other in OPPOSITES.items():
            if relation in pieces[at] and not pieces[at - 1].endswith("\\"):
                pieces[at] = pieces[at].replace(relation, other, 1)
                return '"'.join(pieces)
    raise AssertionError(line)


def test_hostile_messages_are_judged_at_once() -> None:
    """Each within two seconds, most of them without reading what they announce."""
    (path,) = (path for path in FILES if path.name.startswith("hostile"))
    outcomes = check_assertions(path.read_text())
    for _ in parse_assertions(path.read_text()).assertions:
        start = perf_counter()
        next(outcomes)
        assert perf_counter() - start < LIMIT_S


def test_failures_are_listed_before_the_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line each, with the place and the description; the exit code is 1."""
    path = tmp_path / "wrong.test.did"
    path.write_text(
        'assert "(1)" : (nat);\n'
        'assert "(1)" !: (nat) "too strict";\n'
        'assert "(true)" : (nat);\n'
        'assert "(1)" == "(2)" : (nat) "not at all";\n'
    )
    assert main([str(path), str(path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        f'{path}:2: "too strict" reads as [1]',
        f"{path}:3: expected a value of type nat at line 1, column 2",
        f'{path}:4: "not at all" reads as [1] and [2]',
    ]
    assert lines[-1] == "2 passed, 6 failed"


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ('asert "()" : ();', "expected assert, found name at line 1, column 1"),
        ('assert "()" = ();', "expected : or !: or == or != at line 1, column 13"),
        ('assert "()" : (T);', "undefined type T at line 1, column 16"),
        ('import "other.did";', "imports are not supported at line 1, column 1"),
        ('assert "()" == 5 : ();', "expected text, found integer at line 1, column 16"),
    ],
)
def test_a_file_that_does_not_parse_fails(
    source: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It counts as one failure."""
    path = tmp_path / "broken.test.did"
    path.write_text(source)
    assert main([str(path)]) == 1
    assert capsys.readouterr().out == f"{path}:1: {problem}\n0 passed, 1 failed\n"


def test_a_missing_file_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is no reason to stop."""
    assert main([str(tmp_path / "none.test.did"), str(FILES[0])]) == 1
    assert capsys.readouterr().out.splitlines()[-1].endswith(" passed, 1 failed")


def test_the_command_has_its_name() -> None:
    """`python -m kybra_replica candid-spec` leads here."""
    assert COMMANDS["candid-spec"] == f"{main.__module__}:main"
