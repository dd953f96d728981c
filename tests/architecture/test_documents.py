"""What the documents say can be done, can be done; what they link to is there."""

from __future__ import annotations

import re
import shlex
from importlib.metadata import requires
from typing import TYPE_CHECKING

import click
from mypy import api

from refrain.cli.entry import cli
from tests.architecture.source_tree import ROOT, text_files

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

HEADINGS = ["## Context", "## Decision", "## Consequences"]
README_LINES = 100


def code_lines(name: str) -> list[str]:
    """Every line inside a fenced block of a document, continuation lines joined."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", (ROOT / name).read_text(), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]


def make_targets() -> set[str]:
    """The targets that the Makefile declares phony."""
    declared = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert declared is not None
    return set(declared[1].split())


def parse(words: list[str]) -> None:
    """Parse a `refrain` command line as click would, without running it."""
    command: click.Command = cli
    context, rest = click.Context(cli, info_name="refrain"), words
    while isinstance(command, click.Group):
        name, found, rest = command.resolve_command(context, rest)
        assert found is not None
        command, context = found, found.make_context(name, rest, parent=context)


def test_the_readme_is_short_and_starts_with_its_two_commands() -> None:
    """The first code of the README is `make demo` and `make test`."""
    assert len((ROOT / "README.md").read_text().splitlines()) < README_LINES
    assert [line.split("#")[0].strip() for line in code_lines("README.md")[:2]] == [
        "make demo",
        "make test",
    ]


def test_every_make_command_of_the_documents_is_a_target() -> None:
    """README and CONTRIBUTING name targets that the Makefile has."""
    for document in ("README.md", "CONTRIBUTING.md"):
        for line in code_lines(document):
            if line.startswith("make "):
                assert line.split()[1] in make_targets(), line


def test_every_refrain_command_of_the_documents_parses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands, arguments and options are those of the command line itself."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "answers.jsonl").touch()
    for document in ("README.md", "docs/cache.md"):
        lines = [line for line in code_lines(document) if line.startswith("refrain ")]
        assert lines
        for line in lines:
            words = line.replace("DIGEST", "0" * 64)
            parse(shlex.split(words, comments=True)[1:])


def test_the_readmes_kybra_example_type_checks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the README shows a dapp's author passes mypy as strictly as our own code."""
    monkeypatch.chdir(ROOT)
    example = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert example is not None
    path = tmp_path / "readme_example.py"
    path.write_text(example[1])
    report, errors, status = api.run([str(path)])
    assert status == 0, report + errors


def test_every_dependency_is_named_with_its_licence() -> None:
    """THIRD_PARTY.md has a row for each package that pyproject.toml declares."""
    rows = [line for line in (ROOT / "THIRD_PARTY.md").read_text().splitlines() if "|" in line]
    for line in requires("refrain") or []:
        name = re.split(r"[^A-Za-z0-9_-]", line)[0]
        assert any(re.search(rf"\b{name}\b", row) for row in rows), name


def test_every_decision_has_the_same_three_parts() -> None:
    """A title, then Context, Decision and Consequences, on one page."""
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    for number, page in enumerate(pages, 1):
        lines = page.read_text().splitlines()
        assert re.match(rf"{number:03}-[a-z0-9-]+\.md", page.name), page.name
        assert lines[0].startswith(f"# {number:03} "), page.name
        assert [line for line in lines if line.startswith("## ")] == HEADINGS, page.name


def test_links_between_documents_resolve() -> None:
    """A relative link of a document leads to a file of the project."""
    for path in (path for path in text_files() if path.suffix == ".md"):
        for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", (ROOT / path).read_text()):
            if "://" not in link:
                assert (ROOT / path.parent / link).exists(), f"{path} links to {link}"
