"""`refrain ask --network`: a batcher asked through the Internet Computer's own interface."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from kybra_replica.ic_http.certificates import BlsKey
from refrain.cli.entry import cli
from refrain.state.model_choice import SCRIPTED as MODEL
from tests.statuses import HIT, MISS_STORED
from tests.system.clients.elsewhere import served_elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.system.clients.elsewhere import Elsewhere


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """A network for this file's tests."""
    with served_elsewhere(tmp_path_factory.mktemp("elsewhere")) as network:
        yield network


def test_a_miss_and_then_a_hit(elsewhere: Elsewhere) -> None:
    """The same answer, and the second time without an outcall."""
    first, second = (elsewhere.ask_signed("--json", "Name a colour") for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    miss, hit = json.loads(first.stdout), json.loads(second.stdout)
    assert (miss["outcalls"], hit["outcalls"]) == (1, 0)
    assert (miss["cache_status"], hit["cache_status"]) == (MISS_STORED, HIT)
    assert miss["content"] == hit["content"]


def test_a_stranger_is_refused(elsewhere: Elsewhere) -> None:
    """Without the operator's key nobody in particular asks."""
    result = elsewhere.ask("Name a colour")
    assert result.exit_code == 1
    assert "refrain:" in result.stderr


def test_a_wrong_root_key_ends_it_before_anything_is_told(elsewhere: Elsewhere) -> None:
    """With a sentence that says what it means."""
    result = elsewhere.ask_signed("--root-key", BlsKey(13).der.hex(), "Name a colour")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "not signed by the network's root key" in result.stderr


def test_a_stranger_sees_counts_and_no_cycles(elsewhere: Elsewhere) -> None:
    """What only controllers may know is said to be theirs."""
    where = ["--network", elsewhere.url, "--batcher", elsewhere.batcher]
    told = CliRunner().invoke(cli, ["status", *where])
    assert told.exit_code == 0, told.stderr
    assert MODEL in told.stdout
    assert "controllers alone" in told.stdout


def test_another_machines_word_for_its_root_key_is_not_taken(elsewhere: Elsewhere) -> None:
    """Nothing is sent there."""
    where = ["--network", "https://example.com", "--batcher", elsewhere.batcher]
    result = CliRunner().invoke(cli, ["ask", *where, "x"])
    assert result.exit_code == 1
    assert "--root-key" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "exit_code", "why"),
    [
        (["--network", "local"], 2, "--batcher"),
        (["--network", "ftp://x", "--batcher", "aaaaa-aa", "--model", "m"], 1, "--root-key"),
        (["--network", "http://127.0.0.1:1", "--batcher", "aaaaa-aa", "--model", "m"], 3, "answer"),
        (["--network", "ic", "--batcher", "nobody", "--model", "m"], 1, "no principal"),
        (["--root-key", "xyz"], 2, "hexadecimal"),
    ],
)
def test_a_wrong_command_line_says_what_to_do(
    arguments: list[str], exit_code: int, why: str
) -> None:
    """Each with its exit code, before anything is sent."""
    result = CliRunner().invoke(cli, ["ask", *arguments, "x"])
    assert (result.exit_code, why in result.stderr) == (exit_code, True), result.stderr
