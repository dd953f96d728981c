"""What aiohttp adds: CORS, bodies, limits, a place below another application."""

from __future__ import annotations

import asyncio
import http.client
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from kybra_replica.ic_http import IcServer, application, cbor
from kybra_replica.ic_http.admission import Limits
from kybra_replica.kernel.principals import bytes_of
from tests.unit.ic_http.signed_requests import message, read_state
from tests.unit.ic_http.test_certificates import keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.ic_http.conftest import Served

CBOR = {"Content-Type": "application/cbor"}


@pytest.fixture(scope="module")
def server(served: Served) -> Iterator[IcServer]:
    """The interface on a free port, with limits that a test can reach."""
    limits = Limits(body_bytes=10_000, body_wait_s=0.3)
    with IcServer(application(served.replica, keys(), limits)) as server:
        yield server


def exchange(
    server: IcServer, method: str, path: str, body: bytes = b"", headers: dict[str, str] = CBOR
) -> tuple[int, dict[str, str], bytes]:
    """One request; status, headers and body of its answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), answer.read()
    finally:
        connection.close()


def test_it_listens_on_loopback(server: IcServer) -> None:
    """Nobody else's machine reaches it unless that is asked for."""
    assert server.url == f"http://127.0.0.1:{server.port}"


def test_browsers_of_any_origin_may_ask(server: IcServer) -> None:
    """A preflight is answered, and every answer allows every origin."""
    path = "/api/v4/canister/aaaaa-aa/call"
    status, headers, _ = exchange(server, "OPTIONS", path)
    assert status == 204
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Content-Type" in headers["Access-Control-Allow-Headers"]
    for method, target in (("GET", "/api/v2/status"), ("GET", "/nothing"), ("POST", path)):
        assert exchange(server, method, target)[1]["Access-Control-Allow-Origin"] == "*"


def test_the_status_is_served_as_cbor(server: IcServer) -> None:
    """With its content type, behind the self-describing tag."""
    status, headers, body = exchange(server, "GET", "/api/v2/status")
    assert (status, headers["Content-Type"]) == (200, "application/cbor")
    assert cbor.decode(body)["root_key"] == keys().root.der


def test_a_body_must_be_cbor_and_not_too_large(server: IcServer, served: Served) -> None:
    """400 for another content type, 413 before too much was read."""
    path = f"/api/v3/canister/{served.canister}/query"
    draft = message("query", method="whoami")
    assert exchange(server, "POST", path, draft.body(), {"Content-Type": "text/plain"})[0] == 400
    assert exchange(server, "POST", path, bytes(10_001))[0] == 413
    assert exchange(server, "POST", path, b"\x9f" * 9_000)[0] == 400


def test_a_body_that_never_arrives_ends_in_408(server: IcServer) -> None:
    """A client that drips keeps no place for long."""
    head = b"POST /api/v3/canister/aaaaa-aa/query HTTP/1.1\r\nHost: x\r\n"
    head += b"Content-Type: application/cbor\r\nContent-Length: 100\r\n\r\nx"
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as slow:
        slow.sendall(head)
        assert slow.recv(12) == b"HTTP/1.1 408"
    assert time.monotonic() - started < 5


def test_a_peer_that_asks_too_fast_gets_429(served: Served) -> None:
    """The burst passes and the next one does not."""
    limits = Limits(requests_per_s=0.01, burst_requests=2)
    with IcServer(application(served.replica, keys(), limits)) as server:
        found = [exchange(server, "GET", "/api/v2/status")[0] for _ in range(3)]
    assert found == [200, 200, 429]


def test_a_port_that_is_taken_is_an_error(served: Served, server: IcServer) -> None:
    """And leaves no thread behind."""
    with (
        pytest.raises(OSError, match="address already in use"),
        IcServer(application(served.replica, keys()), port=server.port),
    ):
        pass


def test_it_works_below_another_application(served: Served) -> None:
    """As PocketIC serves it: /instances/0/api/..."""
    outer = web.Application()
    outer.add_subapp("/instances/0/", application(served.replica, keys()))
    with IcServer(outer) as server:
        assert exchange(server, "GET", "/instances/0/api/v2/status")[0] == 200
        draft = read_state([b"time"], expiry_ns=time.time_ns() + 10**10)
        path = f"/instances/0/api/v3/canister/{served.canister}/read_state"
        assert exchange(server, "POST", path, draft.body())[0] == 200


def test_a_call_goes_on_without_the_client_that_hung_up(served: Served, server: IcServer) -> None:
    """It was taken, so it runs; and the next client is answered."""
    before = served.replica.traffic()["updates"]
    started, go = threading.Event(), threading.Event()

    def hold(_replica: object) -> None:
        started.set()
        go.wait()

    served.replica.submit(hold)
    assert started.wait(10)
    draft = message(method="number", expiry_ns=time.time_ns() + 60 * 10**9)
    body = draft.with_content(canister_id=bytes_of(served.canister)).body()
    head = f"POST /api/v4/canister/{served.canister}/call HTTP/1.1\r\nHost: x\r\n"
    head += f"Content-Type: application/cbor\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as gone:
        gone.sendall(head.encode() + body)
        while served.replica._replica.inbox.empty():
            time.sleep(0.01)
    time.sleep(0.05)
    go.set()
    deadline = time.monotonic() + 10
    while served.replica.traffic()["updates"] == before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert served.replica.traffic()["updates"] == before + 1
    assert exchange(server, "GET", "/api/v2/status")[0] == 200


def test_many_clients_at_once_are_all_answered(served: Served, server: IcServer) -> None:
    """Forty queries over forty connections."""

    async def ask() -> int:
        loop = asyncio.get_running_loop()
        draft = message("query", method="whoami", expiry_ns=time.time_ns() + 60 * 10**9)
        path = f"/api/v3/canister/{served.canister}/query"
        body = draft.with_content(canister_id=bytes_of(served.canister)).body()
        made = [loop.run_in_executor(None, exchange, server, "POST", path, body) for _ in range(40)]
        return [status for status, _, _ in await asyncio.gather(*made)].count(200)

    assert asyncio.run(ask()) == 40
