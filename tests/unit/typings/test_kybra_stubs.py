"""The stubs in typings/ let mypy accept right canister code, and only that."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from mypy import api

ROOT = Path(__file__).parents[3]
SAMPLE = Path(__file__).with_name("sample_canister.py")

MISTAKES = {
    'Record, text\nclass R(Record):\n    a: text\nr: R = {"a": 1}': "typeddict-item",
    'Record, text\nclass R(Record):\n    a: text\nr: R = {"b": "x"}': "typeddict-item",
    'Variant, text\nclass V(Variant, total=False):\n    Ok: text\nv: V = {"No": "x"}': (
        "typeddict-unknown-key"
    ),
    'StableBTreeMap\nm = StableBTreeMap[str, str](0, 10, 10)\nm.insert("a", 1)': "arg-type",
    "StableBTreeMap\nm = StableBTreeMap[str, str](0, 10, 10)\nn: str = m.get('a')": "assignment",
    "Service, Principal, service_update, text\nclass S(Service):\n    @service_update\n"
    "    def m(self, a: text) -> text: ...\nS(Principal()).m(1)": "arg-type",
    "ic\nic.set_timer('1', print)": "arg-type",
    "query\n@query\ndef m(a: int) -> int:\n    return a\nm('x')": "arg-type",
}


def mypy(path: Path, cache: Path) -> tuple[str, int]:
    """Run mypy with the project's configuration on one file; its report and exit status."""
    report, errors, status = api.run(
        ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(cache), str(path)]
    )
    return report + errors, status


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run where mypy_path is relative to."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("MYPYPATH", os.fspath(SAMPLE.parent))


def test_a_canister_that_uses_everything_passes_the_strict_check() -> None:
    """Records, calls, maps, guards, timers and entities type-check, Func alone needs an ignore."""
    report, status = mypy(SAMPLE, ROOT / ".mypy_cache")
    assert status == 0, report


def test_mistakes_are_found(tmp_path: Path) -> None:
    """Each wrong line is reported under the code that fits it."""
    for number, (source, code) in enumerate(MISTAKES.items()):
        path = tmp_path / f"mistake_{number}.py"
        path.write_text(f'"""A mistake."""\nfrom kybra import {source}\n')
        report, status = mypy(path, ROOT / ".mypy_cache")
        assert status == 1, source
        assert f"[{code}]" in report, f"{source}\n{report}"
