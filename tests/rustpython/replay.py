"""Replay a corpus on the interpreter that runs this file, and compare every result.

    rustpython replay.py CORPUS

Plain unittest, since pytest does not run on RustPython: a test is a chapter of the corpus.
"""

import json
import sys
import unittest
from typing import TYPE_CHECKING, Any

from tests.rustpython.value_forms import Objects, decoded, encoded, thing_at

if TYPE_CHECKING:
    from collections.abc import Callable

SHOWN_DIFFERENCES = 5
SHOWN_CHARACTERS = 600


class Replay(unittest.TestCase):
    """Its tests are made of the corpus."""

    compared = 0


def outcome_of(line: "dict[str, Any]", objects: Objects) -> "dict[str, Any]":
    """Make a recorded call again; return what it gives or raises."""
    args = [decoded(form, objects) for form in line["args"]]
    named = {name: decoded(form, objects) for name, form in line["named"].items()}
    try:
        result = thing_at(line["call"])(*args, **named)
    except Exception as error:  # noqa: BLE001 - what is raised is a result too
        return {"raises": type(error).__name__}
    return {"gives": encoded(result, objects)}


def difference(line: "dict[str, Any]", objects: Objects) -> str:
    """Describe how a call differs from its record; empty if it does not."""
    expected = {name: line[name] for name in ("raises", "gives") if name in line}
    found = outcome_of(line, objects)
    # As texts, so that True is not 1.
    if repr(found) == repr(expected):
        return ""
    shown = [ascii(one)[:SHOWN_CHARACTERS] for one in (line["args"], expected, found)]
    return f"{line['call']}\n    of {shown[0]}\n    expected {shown[1]}\n    found    {shown[2]}"


def chapter_test(lines: "list[str]") -> "Callable[[Replay], None]":
    """Make the test of a chapter."""

    def test(case: Replay) -> None:
        objects = Objects()
        differences = [difference(json.loads(line), objects) for line in lines]
        Replay.compared += len(lines)
        found = [one for one in differences if one]
        if found:
            case.fail(f"{len(found)} differ\n" + "\n".join(found[:SHOWN_DIFFERENCES]))

    return test


def add_tests(corpus: str) -> None:
    """Make a test of every chapter of the corpus."""
    with open(corpus, encoding="utf-8") as file:  # noqa: PTH123 - pathlib is slow there
        # Not splitlines, which would end a line at other characters too.
        lines = file.read().split("\n")
    name = ""
    chapters: dict[str, list[str]] = {}
    for line in lines:
        if line.startswith('{"chapter"'):
            name = json.loads(line)["chapter"]
            chapters[name] = []
        elif line:
            chapters[name].append(line)
    for number, chapter in enumerate(chapters):
        setattr(Replay, f"test_{number:03} {chapter}", chapter_test(chapters[chapter]))


def main(corpus: str) -> int:
    """Run all tests; return the process's exit code."""
    add_tests(corpus)
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(Replay)
    result = unittest.TextTestRunner(verbosity=0).run(suite)
    failed = len(result.failures) + len(result.errors)
    print(f"{Replay.compared} results compared on {sys.implementation.name}")  # noqa: T201
    print(f"{result.testsRun - failed} passed, {failed} failed")  # noqa: T201
    return 1 if failed or not result.testsRun else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
