"""Every rule on the snippets of rule_cases/RULE.txt.

A file holds cases, `=== bad` or `=== good`, each of files, `--- path`; every main.py is given the
names of `PRELUDE`, which is not counted among the lines to judge.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kybra_replica.program import rules
from kybra_replica.program.findings import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from _pytest.mark import ParameterSet

    from kybra_replica.program.bundle import Bundle

CASES = Path(__file__).parent / "rule_cases"
PRELUDE = (
    "import kybra; from kybra import Alias, Async, Func, GuardResult, Manual, Oneway, Opt,"
    " Principal, Query, Record, Service, StableBTreeMap, Tuple, Update, Variant, Vec, blob,"
    " float64, heartbeat, ic, init, inspect_message, nat16, nat64, post_upgrade, pre_upgrade,"
    " query, service_query, service_update, text, update, void\n"
)


def cases(verdict: str) -> list[ParameterSet]:
    """Every case of a verdict as a parameter: the rule's name and the files."""
    found = []
    for path in sorted(CASES.glob("*.txt")):
        parts = path.read_text(encoding="utf-8").split("=== ")[1:]
        for number, part in enumerate(parts):
            head, _, body = part.partition("\n")
            if head == verdict:
                found.append(pytest.param(path.stem, files_of(body), id=f"{path.stem}-{number}"))
    return found


def files_of(body: str) -> dict[str, str]:
    """The files of one case."""
    found = {}
    for part in body.split("--- ")[1:]:
        name, _, text = part.partition("\n")
        found[name] = (PRELUDE if name == "main.py" else "") + text
    return found


def declared_rules() -> set[str]:
    """The names of all rules in the rules package."""
    modules = pkgutil.iter_modules(rules.__path__, f"{rules.__name__}.")
    loaded = [importlib.import_module(module.name) for module in modules]
    return {r.name for module in loaded for r in vars(module).values() if isinstance(r, Rule)}


@pytest.mark.parametrize(("rule", "files"), cases("bad"))
def test_a_breach_is_found_and_stands(
    rule: str, files: Mapping[str, str], bundle_files: Callable[[Mapping[str, str]], Bundle]
) -> None:
    """The rule reports the snippet that breaks it, as more than a note, with advice."""
    found = [each for each in rules.check_bundle(bundle_files(files)) if each.rule == rule]
    assert found
    assert all(each.severity != "note" and each.message for each in found)


@pytest.mark.parametrize(("rule", "files"), cases("good"))
def test_what_is_written_instead_passes(
    rule: str, files: Mapping[str, str], bundle_files: Callable[[Mapping[str, str]], Bundle]
) -> None:
    """The corrected snippet breaks neither this rule nor any other."""
    found = rules.check_bundle(bundle_files(files))
    assert [str(each) for each in found if each.severity != "note"] == [], rule


def test_every_rule_has_bad_and_good_cases() -> None:
    """No rule goes untested, and no case tests a rule that is gone."""
    for verdict in ("bad", "good"):
        assert {p.values[0] for p in cases(verdict)} == declared_rules()


def test_a_finding_names_path_line_rule_and_advice(
    bundle_files: Callable[[Mapping[str, str]], Bundle],
) -> None:
    """The text of a finding is one line that leads to the place."""
    (found,) = rules.check_bundle(bundle_files({"main.py": "x = 1\ny = round(x, 2)\n"}))
    assert str(found).startswith("main.py:2 rustpython-round round(x, n) is wrong: use ")
