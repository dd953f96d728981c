"""The committed Candid files are the canisters' contract, so the sources must declare just that."""

from __future__ import annotations

import os

import pytest

from kybra_replica.candid.did_text import service_text
from kybra_replica.program.load import load_program
from refrain.sources import bundle_roots, canister_entry
from tests.architecture.source_tree import CANISTERS, ROOT


@pytest.mark.parametrize("name", CANISTERS)
def test_the_committed_candid_is_what_the_source_declares(name: str) -> None:
    """REFRAIN_RENEW_GOLDENS=1 writes it anew; the difference is then reviewed like code."""
    program = load_program(canister_entry(name), bundle_roots())
    declared = service_text(program.interface)
    committed = ROOT / "canisters" / name / f"{name}.did"
    if os.environ.get("REFRAIN_RENEW_GOLDENS") == "1":
        committed.write_text(declared)
    assert committed.read_text() == declared
