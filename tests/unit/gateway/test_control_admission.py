"""Nobody but the token's owner, from this machine and with JSON, drives the replica."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from kybra_replica.gateway.server import ControlServer
    from tests.unit.gateway.fake_replica import FakeReplica

GOOD = {"Authorization": "Bearer the-right-token", "Content-Type": "application/json"}


def post(
    server: ControlServer,
    body: bytes = b"{}",
    headers: dict[str, str] | None = None,
    path: str = "/api/control/canister_ids",
) -> tuple[int, dict[str, Any]]:
    """Send one request; its status and its JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request("POST", path, body, GOOD if headers is None else headers)
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read())
    finally:
        connection.close()


def code(reply: tuple[int, dict[str, Any]]) -> tuple[int, str]:
    """Reduce a failed reply to its status and code."""
    return reply[0], reply[1]["error"]["code"]


def test_the_right_token_is_let_in(server: ControlServer) -> None:
    """A request with all it needs gets its value."""
    assert post(server) == (200, {"value": []})


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", "bearer the-right-token", "Basic dXNlcjpw"],
)
def test_no_other_token_is_let_in(
    server: ControlServer, replica: FakeReplica, authorization: str | None
) -> None:
    """Without the exact token nothing runs, and the reply does not show it."""
    headers = {"Content-Type": "application/json"}
    if authorization is not None:
        headers["Authorization"] = authorization
    reply = post(server, b'{"canister": "c"}', headers, "/api/control/stop")
    assert code(reply) == (401, "unauthorized")
    assert "the-right-token" not in json.dumps(reply)
    assert replica.told == []


def test_a_token_that_is_not_ascii_is_refused(server: ControlServer) -> None:
    """A strange header is a wrong token, not a broken server."""
    reply = post(server, headers={**GOOD, "Authorization": "Bearer \xff\xfe"})
    assert code(reply) == (401, "unauthorized")


@pytest.mark.parametrize("host", ["refrain.example", "evil.example:80", "127.0.0.1", "0.0.0.0:1"])
def test_another_host_name_is_refused(server: ControlServer, host: str) -> None:
    """A web page that rebinds its own name to loopback is turned away, even with the token."""
    assert code(post(server, headers={**GOOD, "Host": host})) == (403, "forbidden_host")


def test_localhost_is_this_machine(server: ControlServer) -> None:
    """The usual name of loopback is taken too."""
    assert post(server, headers={**GOOD, "Host": f"localhost:{server.port}"})[0] == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"nonsense", b"[1]", b'"text"', b"\xff\xfe", b"[" * 5000, b'{"a": ' + b"9" * 5000],
)
def test_what_is_no_json_object_is_refused(server: ControlServer, body: bytes) -> None:
    """Broken, deep, oversized and wrong JSON are one typed refusal."""
    assert code(post(server, body)) == (400, "bad_json")


def test_a_plain_form_is_refused(server: ControlServer) -> None:
    """What a browser may send unasked is not taken as JSON."""
    assert code(post(server, headers={**GOOD, "Content-Type": "text/plain"})) == (400, "bad_json")


def test_an_oversize_body_is_refused(server: ControlServer) -> None:
    """A body over the limit is a typed refusal, not an exhausted memory."""
    body = json.dumps({"text": "x" * 20_000}).encode()
    assert code(post(server, body)) == (413, "body_too_large")


@pytest.mark.parametrize(
    "path", ["/", "/api/control/", "/api/control/format_disk", "/api/v2/status"]
)
def test_an_unknown_path_is_refused(server: ControlServer, path: str) -> None:
    """What is not a command says so in JSON."""
    assert code(post(server, path=path)) == (404, "unknown_command")


def test_an_unknown_path_does_not_tell_strangers_what_exists(server: ControlServer) -> None:
    """The token is asked for before the path is looked at."""
    assert code(post(server, headers={}, path="/api/control/nothing")) == (401, "unauthorized")
