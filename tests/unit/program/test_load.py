"""Loading a program, the refusal of a wrong one, and the command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kybra_replica.program import search
from kybra_replica.program.__main__ import main
from kybra_replica.program.findings import ProgramRefused
from kybra_replica.program.load import check_program, load_program

ROOT = Path(__file__).parents[3]
CANISTERS = sorted(ROOT.glob("canisters/*/main.py"))
Writer = Callable[[Mapping[str, str]], Path]

GOOD = "from kybra import query, text\n\n\n@query\ndef get() -> text:\n    return ''\n"
BAD = "from kybra import query\n\n\na, b = 1, 2\nx = round(2.5, 1)\n"


def test_a_program_carries_its_sources_and_interface(write_files: Writer) -> None:
    """The folder names it unless a name is given."""
    entry = write_files({"main.py": GOOD})
    program = load_program(entry, [])
    assert (program.name, program.entry, program.sources) == ("toy", "main", {"main.py": GOOD})
    assert list(program.interface.methods) == ["get"]
    assert load_program(entry, [], name="other").name == "other"


def test_a_refusal_lists_every_finding_one_a_line(write_files: Writer) -> None:
    """Nothing is run, and the author sees everything at once."""
    with pytest.raises(ProgramRefused) as refusal:
        load_program(write_files({"main.py": BAD}), [])
    lines = str(refusal.value).splitlines()
    assert [line.split(" ")[0:2] for line in lines] == [
        ["main.py:4", "top-level-target"],
        ["main.py:5", "rustpython-round"],
    ]
    assert [finding.severity for finding in refusal.value.findings] == ["refused", "runtime"]


def test_an_installed_packages_weaknesses_are_notes(write_files: Writer) -> None:
    """kybra_simple_db is not ours to change: what Kybra accepts of it stops nobody."""
    entry = write_files({"main.py": "from kybra_simple_db import Entity\n"})
    findings = check_program(entry, [])
    assert {finding.severity for finding in findings} == {"note"}
    assert ("kybra_simple_db/entity.py", "rustpython-dict-unpacking") in {
        (finding.path, finding.rule) for finding in findings
    }
    assert load_program(entry, []).entry == "main"


@pytest.mark.parametrize(
    ("source", "severity"),
    [("@query\ndef logs() -> text:\n    return ''\n", "note"), ("a = b = 1\n", "refused")],
)
def test_an_installed_package_is_held_to_what_kybra_refuses_only(
    source: str,
    severity: str,
    write_files: Writer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A method that the entry leaves out is a note there, though a breach in our own files."""
    directories, installed = search.site_directories(), tmp_path / "installed"
    installed.mkdir()
    (installed / "lent.py").write_text(f"from kybra import query, text\n{source}", encoding="utf-8")
    monkeypatch.setattr(search, "site_directories", lambda: [*directories, str(installed)])
    (finding,) = check_program(write_files({"main.py": "import lent\n"}), [])
    assert (finding.path, finding.severity) == ("lent.py", severity)


def test_site_directories_are_free_of_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An environment that is a link holds installed packages, not ours."""
    (tmp_path / "packages").mkdir()
    (tmp_path / "link").symlink_to("packages")
    monkeypatch.setattr("site.getsitepackages", lambda: [str(tmp_path / "link")])
    assert search.site_directories()[0] == str((tmp_path / "packages").resolve())


def test_the_command_prints_findings_and_fails_on_them(
    write_files: Writer, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Exit code 0 with notes only, 1 with anything more."""
    assert main(["check", str(write_files({"main.py": GOOD})), "--root", str(tmp_path)]) == 0
    assert capsys.readouterr().out.endswith("main.py: 0 findings, 0 notes\n")
    assert main(["check", str(write_files({"main.py": BAD}))]) == 1
    assert capsys.readouterr().out.startswith("refused: main.py:4 top-level-target ")


@pytest.mark.parametrize("entry", CANISTERS, ids=lambda entry: entry.parent.name)
def test_our_canisters_break_no_rule(entry: Path) -> None:
    """Each canister compiles, does what it says, and fits RustPython as far as rules can tell."""
    findings = check_program(entry, [ROOT / "src"])
    assert [str(finding) for finding in findings if finding.severity != "note"] == []
