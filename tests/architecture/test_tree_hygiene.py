"""What must not stand anywhere in the tree: this machine's paths, and package registries."""

from __future__ import annotations

import re

from tests.architecture.source_tree import ROOT, python_files, text_files

# Written in pieces, since this file is searched too.
MACHINE_PATHS = re.compile("|".join(["/" + "home/", "/" + "root/", "/" + "Users/", "/" + "work/"]))
REGISTRY_HOSTS = re.compile(
    "|".join(["pypi" + r"\.org", "python" + "hosted", "npmjs" + r"\.", "crates" + r"\.io"])
)
VAGUE_NAMES = {"utils", "util", "helpers", "manager", "base", "misc", "types", "common"}


def found(pattern: re.Pattern[str]) -> list[str]:
    """Name each line of the tree that the pattern matches."""
    return [
        f"{path}:{number}: {line.strip()[:80]}"
        for path in text_files()
        for number, line in enumerate((ROOT / path).read_text("utf-8", "replace").splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_path_of_a_machine_is_written_down() -> None:
    """The project works from wherever it is cloned to."""
    assert found(MACHINE_PATHS) == []


def test_no_registry_host_is_written_down() -> None:
    """Which registry serves the packages is the machine's configuration, not ours."""
    assert found(REGISTRY_HOSTS) == []


def test_no_module_has_a_vague_name() -> None:
    """A module named after what it holds needs no such name."""
    files = python_files("src", "canisters", "tests", "benchmarks", "examples")
    assert [file.path for file in files if file.path.stem in VAGUE_NAMES] == []


def test_no_test_is_skipped_for_good() -> None:
    """A test runs or is deleted; only missing reference data may skip one, by name."""
    mark = re.compile(r"mark\." + r"(skip|xfail)")
    assert [file.path for file in python_files("tests") if mark.search(file.text)] == []
