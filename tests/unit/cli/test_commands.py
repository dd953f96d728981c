"""`up`, `status`, `down` and `upgrade`: what they print and the codes that they end with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from refrain.state.folder import write_json
from refrain.state.model_choice import ModelChoice, remember

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from refrain.state.folder import StateFolder
    from tests.unit.cli.conftest import Running


@pytest.mark.parametrize(
    "command", [["ask", "p"], ["cancel", "1"], ["status"], ["upgrade", "cache"], ["down"]]
)
def test_without_a_network_every_command_ends_with_3(
    folder: StateFolder, refrain: Callable[..., Result], command: list[str]
) -> None:
    """Nothing runs, which is told apart from a failure and says where it looked."""
    result = refrain(*command)
    assert result.exit_code == 3
    assert f"No network runs in {folder.path}" in result.stderr


@pytest.mark.usefixtures("lock_holder")
def test_a_network_that_still_starts_is_not_ready(refrain: Callable[..., Result]) -> None:
    """Between the lock and the announcement there is nothing to talk to."""
    result = refrain("status")
    assert result.exit_code == 3
    assert "is not ready" in result.stderr


@pytest.mark.usefixtures("lock_holder")
def test_a_network_that_does_not_listen_is_not_running(
    folder: StateFolder, refrain: Callable[..., Result]
) -> None:
    """A URL where nobody listens is exit code 3, in words."""
    facts = {"url": "http://127.0.0.1:1", "pid": 1, "operator": "o", "canisters": {"cache": "c"}}
    write_json(folder.status, {**facts, "model": "m", "model_note": None})
    result = refrain("status")
    assert result.exit_code == 3
    assert "does not answer" in result.stderr


def test_status_as_json_has_the_promised_keys(
    running: Running, refrain: Callable[..., Result]
) -> None:
    """url, canisters by name, model, counts, cycles and traffic."""
    told = json.loads(refrain("status", "--json").stdout)
    assert told["url"].startswith("http://127.0.0.1:")
    assert told["canisters"] == running.canisters
    assert told["model"] == "toy@1:none"
    assert told["counts"]["cache"] == {"hits": 1234, "misses": 0}
    assert told["cycles"]["infer"] == 10**14
    assert told["traffic"]["outcalls"] == 0


def test_status_for_a_person_leaves_out_what_never_happened(
    running: Running, refrain: Callable[..., Result]
) -> None:
    """Each canister on a line, its counts below it, zeros left out."""
    text = refrain("status").stdout
    assert f"cache    {running.canisters['cache']}  running  100,000,000,000,000 cycles" in text
    assert "hits 1,234" in text
    assert "misses" not in text


def test_status_survives_a_stopped_canister(
    running: Running, refrain: Callable[..., Result]
) -> None:
    """A stopped canister has no counts to ask for, but a status."""
    running.replica.stop(running.canisters["cache"])
    told = json.loads(refrain("status", "--json").stdout)
    assert told["status"]["cache"] == "stopped"
    assert "cache" not in told["counts"]


def test_upgrade_stops_installs_and_starts(
    running: Running, refrain: Callable[..., Result]
) -> None:
    """Whoever calls it is drained before it, so that no answer on its way is lost."""
    result = refrain("upgrade", "cache")
    cache, batcher = running.canisters["cache"], running.canisters["batcher"]
    assert (result.exit_code, result.stdout) == (0, "Upgraded cache.\n")
    assert running.replica.told[-5:] == [
        ("stop", batcher),
        ("stop", cache),
        ("install", cache, "cache", "upgrade", "operator-principal", []),
        ("start", cache),
        ("start", batcher),
    ]


def test_upgrade_of_an_unknown_name_is_refused(
    running: Running, refrain: Callable[..., Result]
) -> None:
    """The names that exist are listed; nothing is stopped."""
    result = refrain("upgrade", "ledger")
    assert result.exit_code == 1
    assert "cache, batcher, infer" in result.stderr
    assert "stop" not in [told[0] for told in running.replica.told]


def test_a_canister_that_does_not_drain_is_started_again(
    running: Running, refrain: Callable[..., Result]
) -> None:
    """After the wait nothing was installed and the canister runs as before."""
    running.replica.can_stop.clear()
    result = refrain("upgrade", "infer", "--drain", "0.05")
    assert result.exit_code == 1
    assert "still had calls in flight" in result.stderr
    infer, batcher = running.canisters["infer"], running.canisters["batcher"]
    assert running.replica.told[-2:] == [("start", infer), ("start", batcher)]
    assert "install" not in [told[0] for told in running.replica.told]


def test_down_ends_the_process_that_holds_the_folder(
    running: Running, refrain: Callable[..., Result]
) -> None:
    """The daemon gets SIGTERM, and the command waits until it is gone."""
    result = refrain("down")
    assert (result.exit_code, result.stdout) == (0, "Stopped.\n")
    assert running.daemon.wait(5) == -15


def test_up_twice_says_that_it_is_running(running: Running, refrain: Callable[..., Result]) -> None:
    """The second `up` changes nothing and shows what runs."""
    result = refrain("up")
    assert result.exit_code == 0
    assert "running already" in result.stderr
    assert running.canisters["batcher"] in result.stdout


def test_up_does_not_change_the_model_of_a_running_network(
    running: Running, refrain: Callable[..., Result]
) -> None:
    """Another model needs a stop first, which the text says."""
    remember(running.folder, ModelChoice("toy@1:none", "http://127.0.0.1:1"))
    result = refrain("up", "--model", "scripted")
    assert result.exit_code == 1
    assert "refrain down" in result.stderr


@pytest.mark.parametrize(
    "options",
    [
        ["--model", "gpt"],
        ["--endpoint", "http://127.0.0.1:1"],
        ["--endpoint", "ftp://127.0.0.1", "--model", "a@1:b"],
        ["--endpoint", "http://127.0.0.1:1", "--model", "scripted"],
        ["--unknown"],
    ],
)
def test_up_with_wrong_options_is_a_usage_error(
    refrain: Callable[..., Result], options: list[str]
) -> None:
    """Exit code 2 before anything is started."""
    assert refrain("up", *options).exit_code == 2


def test_a_state_folder_that_cannot_be_made_is_a_failure(
    tmp_path: Path, refrain: Callable[..., Result]
) -> None:
    """The operating system's reason is passed on in one sentence."""
    (tmp_path / "file").touch()
    result = refrain("up", "--state", str(tmp_path / "file" / "state"), "--model", "scripted")
    assert result.exit_code == 1
    assert "Can't make the state folder" in result.stderr


def test_help_and_version_need_no_network(refrain: Callable[..., Result]) -> None:
    """All five commands are listed."""
    text = refrain("--help").stdout
    assert all(name in text for name in ("up", "ask", "status", "upgrade", "down"))
    assert "refrain" in refrain("--version").stdout
