"""The three canisters: made once, found again, wired each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from refrain.daemon.deployment import Deployment, ModelEndpoint, provider_settings
from refrain.failures import RefrainError
from refrain.sources import CANISTERS, bundle_roots, canister_entry

if TYPE_CHECKING:
    from refrain.state.folder import StateFolder
    from tests.unit.cli.conftest import Running

ENDPOINT = ModelEndpoint("a/b@1:c", "http://127.0.0.1:1", "")
WIRING = (
    "allow_writer",
    "set_provider",
    "connect",
    "refresh_models",
    "allow_asker",
)


@pytest.fixture
def deployment(running: Running) -> Deployment:
    """Deploy to the fake replica, which takes every command."""
    from refrain.client.connection import connect  # noqa: PLC0415 - one fixture's need

    for method in WIRING:
        running.replica.methods[method] = lambda *_: {"Ok": ""}
    return Deployment(connect(running.folder).network, "operator", lambda _: None)


def installs(running: Running) -> list[tuple[Any, ...]]:
    """List what was installed so far."""
    return [told for told in running.replica.told if told[0] == "install"]


def test_canisters_are_made_and_installed_once(
    running: Running, deployment: Deployment, folder: StateFolder
) -> None:
    """The second start finds all three and touches none."""
    first = deployment.settle(folder.canisters)
    assert list(first) == ["cache", "batcher", "infer"]
    assert [told[2:5] for told in installs(running)] == [
        (name, "install", "operator") for name in first
    ]
    assert deployment.settle(folder.canisters) == first
    assert len(installs(running)) == 3


def test_an_interrupted_first_start_goes_on(
    running: Running, deployment: Deployment, folder: StateFolder
) -> None:
    """A canister that was made but not installed is installed; a stopped one is started."""
    ids = deployment.settle(folder.canisters)
    running.replica.hashes[ids["batcher"]] = ""
    running.replica.stop(ids["infer"])
    assert deployment.settle(folder.canisters) == ids
    assert installs(running)[-1][1] == ids["batcher"]
    assert running.replica.states[ids["infer"]] == "running"


def test_the_wiring_introduces_everyone(running: Running, deployment: Deployment) -> None:
    """Writers, provider, connections, models and the operator, in an order that works."""
    ids = running.canisters
    deployment.wire(ids, ENDPOINT)
    assert [told[1:4] for told in running.replica.told if told[0] == "update"] == [
        (ids["cache"], "allow_writer", [ids["batcher"]]),
        (ids["infer"], "allow_writer", [ids["batcher"]]),
        (ids["infer"], "set_provider", [provider_settings(ENDPOINT)]),
        (ids["batcher"], "connect", [ids["cache"], ids["infer"]]),
        (ids["batcher"], "refresh_models", []),
        (ids["batcher"], "allow_asker", [{"caller": "operator", "sponsored": "yes"}]),
    ]


def test_a_refused_command_is_named(running: Running, deployment: Deployment) -> None:
    """The operator learns which call failed, and why."""
    running.replica.methods["set_provider"] = lambda _: {"Refused": {"BadRequest": "url: no."}}
    with pytest.raises(RefrainError, match="set_provider was refused: BadRequest: url: no"):
        deployment.wire(running.canisters, ENDPOINT)
    del running.replica.methods["set_provider"]
    with pytest.raises(RefrainError, match="set_provider was rejected"):
        deployment.wire(running.canisters, ENDPOINT)


def test_the_provider_is_asked_by_one_node() -> None:
    """Non-replicated, under the server's own name for the model."""
    settings = provider_settings(ENDPOINT)
    assert settings["mode"] == "non_replicated"
    assert settings["remote_model"] == "a/b"
    assert len(set(settings["shard_ids"])) == 8


def test_sources_are_found_by_path() -> None:
    """Three entries, and the folders of the packages that they import."""
    assert [canister_entry(name).parent.name for name in CANISTERS] == list(CANISTERS)
    roots = bundle_roots()
    for package in ("refrain_core", "refrain_api"):
        assert any((root / package).is_dir() for root in roots)
    with pytest.raises(KeyError):
        canister_entry("ledger")
