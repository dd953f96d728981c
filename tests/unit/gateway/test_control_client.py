"""The client and the server speak the same language: values exact, errors typed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kybra_replica.gateway.client import ControlClient
from kybra_replica.gateway.faults import (
    BadRequest,
    ControlError,
    NoAnswer,
    NotRunning,
    Unauthorized,
    UnknownCommand,
)
from kybra_replica.kernel.rejects import CANISTER_ERROR, Rejected

if TYPE_CHECKING:
    from kybra_replica.gateway.server import ControlServer
    from tests.unit.gateway.fake_replica import FakeReplica


@pytest.mark.parametrize(
    "value",
    [None, True, "", "tönt|\n\x00", 2**64 - 1, -(2**100), [], {"Hit": {"a": [None, {"b": 1}]}}],
)
def test_values_cross_unchanged(client: ControlClient, replica: FakeReplica, value: Any) -> None:
    """What Candid's Python side holds comes through whole, large integers exactly."""
    replica.methods["echo"] = lambda argument: argument
    assert client.query("c", "echo", [value], "me") == value
    assert client.update("c", "echo", (value,), "me") == value
    assert replica.told == [
        ("query", "c", "echo", [value], "me"),
        ("update", "c", "echo", [value], "me"),
    ]


def test_a_reject_keeps_its_code_and_text(client: ControlClient, replica: FakeReplica) -> None:
    """A canister's reject arrives as the same exception as in the process itself."""

    def trap() -> None:
        raise Rejected(CANISTER_ERROR, "it trapped")

    replica.methods["trap"] = trap
    with pytest.raises(Rejected) as caught:
        client.update("c", "trap", [], "me")
    assert (caught.value.code, caught.value.message) == (CANISTER_ERROR, "it trapped")


def test_a_canister_lives_through_its_commands(client: ControlClient, replica: FakeReplica) -> None:
    """Create, install, stop, start and status reach the replica with their arguments."""
    canister = client.create_canister(controller="me", cycles=10**15)
    client.install(
        canister,
        name="toy",
        entry=Path("/somewhere/main.py"),
        roots=[Path("/roots")],
        mode="install",
        sender="me",
        args=["x"],
    )
    client.stop(canister)
    assert client.status(canister) == {
        "status": "stopped",
        "cycles": 10**14,
        "module_hash": "hash",
        "certified_data": "01ff",
    }
    client.start(canister)
    assert client.canister_ids() == [canister]
    assert client.traffic() == {"messages": 0, "outcalls": 0, "http_requests": 0}
    assert replica.told == [
        ("create_canister", "me", 10**15),
        ("install", canister, "toy", "install", "me", ["x"]),
        ("stop", canister),
        ("start", canister),
    ]


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("query", {}),
        ("query", {"canister": 1, "method": "m", "args": [], "sender": "me"}),
        ("query", {"canister": "c", "method": "m", "args": {}, "sender": "me"}),
        ("create_canister", {"controller": "me", "cycles": True}),
        ("create_canister", {"controller": "me", "cycles": "1"}),
        ("install", {"canister": "c", "sender": "me", "mode": "overwrite"}),
    ],
)
def test_a_wrong_field_is_a_bad_request(
    client: ControlClient, replica: FakeReplica, command: str, arguments: dict[str, Any]
) -> None:
    """A field that is missing or of the wrong type is named, and nothing runs."""
    with pytest.raises(BadRequest):
        client.call(command, **arguments)
    assert replica.told == []


def test_an_unknown_command_lists_the_known_ones(client: ControlClient) -> None:
    """The error says what there is."""
    with pytest.raises(UnknownCommand, match="query, update"):
        client.call("explode")


def test_a_bug_in_a_command_is_one_typed_error(client: ControlClient, replica: FakeReplica) -> None:
    """The server says what broke and serves on."""
    replica.methods["bytes"] = lambda: b"no JSON form"
    with pytest.raises(ControlError, match="TypeError"):
        client.query("c", "bytes", [], "me")
    assert client.canister_ids() == []


def test_a_wrong_token_is_unauthorized(server: ControlServer) -> None:
    """The client turns the server's code into its exception."""
    with pytest.raises(Unauthorized):
        ControlClient(server.url, "wrong").canister_ids()


def test_nobody_listening_is_not_running() -> None:
    """A closed port is told apart from every other failure."""
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as closed:
        port = closed.server_address[1]
    with pytest.raises(NotRunning):
        ControlClient(f"http://127.0.0.1:{port}", "token").canister_ids()


def test_an_answer_that_does_not_come_is_no_answer(
    server: ControlServer, client: ControlClient, replica: FakeReplica
) -> None:
    """A client waits as long as it was told to, and no longer."""
    release = threading.Event()
    replica.methods["slow"] = release.wait
    impatient = ControlClient(server.url, "the-right-token", timeout_s=0.1)
    with pytest.raises(NoAnswer):
        impatient.update("c", "slow", [], "me")
    release.set()
    assert client.canister_ids() == []


def test_a_hundred_commands_wait_side_by_side(client: ControlClient, replica: FakeReplica) -> None:
    """An update that waits for its model holds up no other."""
    everybody = threading.Barrier(100, timeout=10)
    replica.methods["meet"] = lambda: everybody.wait() >= 0
    with ThreadPoolExecutor(100) as threads:
        waiting = [threads.submit(client.update, "c", "meet", [], "me") for _ in range(100)]
        assert all(one.result() for one in waiting)
