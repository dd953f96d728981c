"""What the dapps' scenarios run on, and that they know nothing of this replica."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.parity.runtimes import CANISTERS, NoRuntimeError, given_runtime

SCENARIOS = Path(__file__).parents[2] / "parity"
OUR_AGENTS = SCENARIOS / "test_own_agent.py"
"""The scenario whose subject is an agent of this project."""


def test_scenarios_import_nothing_of_the_replica() -> None:
    """They must run where only a PocketIC binary and three modules are."""
    for file in set(SCENARIOS.glob("*.py")) - {OUR_AGENTS}:
        imported = re.findall(r"^\s*(?:from|import) (\w+)", file.read_text(), re.MULTILINE)
        assert not {"kybra_replica", "refrain", "refrain_core", "kybra"} & set(imported), file


def test_nothing_given_is_our_own_runtime() -> None:
    """Without the variables there is no real runtime."""
    assert given_runtime({}) is None
    assert given_runtime({"POCKET_IC_BIN": "", "CANISTER_WASM_DIR": ""}) is None


def test_half_given_runtime_is_an_error(tmp_path: Path) -> None:
    """One variable alone, a folder without the modules, a binary that is none: each says so."""
    binary = tmp_path / "pocket-ic"
    binary.touch(mode=0o700)
    with pytest.raises(NoRuntimeError, match="go together"):
        given_runtime({"POCKET_IC_BIN": str(binary)})
    both = {"POCKET_IC_BIN": str(binary), "CANISTER_WASM_DIR": str(tmp_path)}
    with pytest.raises(NoRuntimeError, match="missing here: cache, batcher, infer"):
        given_runtime(both)
    for name in CANISTERS:
        (tmp_path / f"{name}.wasm.gz").touch()
    runtime = given_runtime(both)
    assert runtime is not None
    assert runtime.is_real
    binary.chmod(0o600)
    with pytest.raises(NoRuntimeError, match="executable"):
        given_runtime({**both, "POCKET_IC_BIN": str(tmp_path / "none")})
