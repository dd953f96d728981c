"""`refrain upgrade --network`: a new module through the Internet Computer's own interface."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from kybra_replica.artefact.compression import packed
from kybra_replica.kernel.module import code_of_program
from refrain.agent import code_install
from refrain.cli.entry import cli
from refrain.sources import bundle_roots, canister_entry
from tests.statuses import HIT
from tests.system.clients.elsewhere import served_elsewhere
from tests.system.network import program_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

    from tests.system.clients.elsewhere import Elsewhere

PROMPT = "Name a colour"


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """A network for this file's tests."""
    with served_elsewhere(tmp_path_factory.mktemp("elsewhere")) as network:
        yield network


def module_of(name: str, folder: Path) -> Path:
    """A canister's artefact as a file: the same program, compressed and so another module."""
    program = program_at(canister_entry(name), tuple(bundle_roots()))
    path = folder / f"{name}.wasm.gz"
    path.write_bytes(packed(code_of_program(program).wasm))
    return path


def upgraded(elsewhere: Elsewhere, name: str, *arguments: str, signed: bool = True) -> Result:
    """Run the command there."""
    where = ["--network", elsewhere.url, "--batcher", elsewhere.batcher]
    who = ["--identity", str(elsewhere.identity)] if signed else []
    return CliRunner().invoke(cli, ["upgrade", name, *where, *who, *arguments])


def cache_status(elsewhere: Elsewhere) -> str:
    """How the cache answers the prompt."""
    result = elsewhere.ask_signed("--json", PROMPT)
    assert result.exit_code == 0, result.output
    return str(json.loads(result.stdout)["cache_status"])


@pytest.mark.parametrize("name", ["cache", "infer", "batcher"])
def test_an_upgrade_keeps_the_answers(elsewhere: Elsewhere, name: str, tmp_path: Path) -> None:
    """Stopped with its caller, drained, installed, started; what was stored is a hit."""
    cache_status(elsewhere)
    options = ["--wasm", str(module_of(name, tmp_path)), "--canister", elsewhere.canisters[name]]
    result = upgraded(elsewhere, name, *options)
    assert (result.exit_code, result.stdout) == (0, f"Upgraded {name}.\n"), result.output
    steps = ["stopping batcher", f"installing the new {name}", f"started {name}"]
    assert [step for step in steps if step not in result.stderr] == []
    assert cache_status(elsewhere) == HIT


def test_a_large_module_is_sent_in_chunks(
    elsewhere: Elsewhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is told, and the whole is what the network certifies."""
    monkeypatch.setattr(code_install, "MOST_AT_ONCE_BYTES", 1_000)
    monkeypatch.setattr(code_install, "CHUNK_BYTES", 10_000)
    module = module_of("batcher", tmp_path)
    size = module.stat().st_size
    result = upgraded(elsewhere, "batcher", "--wasm", str(module))
    assert result.exit_code == 0, result.output
    assert result.stderr.count("sent ") == -(-size // 10_000) > 1
    assert f"sent {size:,} of {size:,} bytes" in result.stderr


def test_a_stranger_upgrades_nothing(elsewhere: Elsewhere, tmp_path: Path) -> None:
    """The stop is refused already, and nothing has stopped."""
    module = module_of("batcher", tmp_path)
    result = upgraded(elsewhere, "batcher", "--wasm", str(module), signed=False)
    assert result.exit_code == 1
    assert "was not upgraded and runs on as before" in result.stderr
    assert elsewhere.ask_signed(PROMPT).exit_code == 0


def test_what_is_no_module_changes_nothing(elsewhere: Elsewhere, tmp_path: Path) -> None:
    """The batcher and the cache run on."""
    wrong = tmp_path / "wrong.wasm"
    wrong.write_bytes(b"no module")
    options = ["--wasm", str(wrong), "--canister", elsewhere.canisters["cache"]]
    result = upgraded(elsewhere, "cache", *options)
    assert result.exit_code == 1
    assert "was not upgraded and runs on as before" in result.stderr
    assert elsewhere.ask_signed(PROMPT).exit_code == 0


@pytest.mark.parametrize(
    ("name", "why"), [("cache", "--canister"), ("batcher", "--wasm"), ("nothing", "choose")]
)
def test_a_wrong_command_line_says_what_to_do(elsewhere: Elsewhere, name: str, why: str) -> None:
    """Before anything is stopped."""
    result = upgraded(elsewhere, name)
    assert (result.exit_code, why in result.stderr) == (2, True), result.stderr
