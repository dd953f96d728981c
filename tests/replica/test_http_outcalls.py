"""Outcalls to a real web server: statuses, bodies, sizes, and thirteen nodes that ask it."""

from __future__ import annotations

import asyncio
import gzip
import threading
from dataclasses import replace
from itertools import count
from queue import Queue
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from kybra_replica.outcalls.agreement import agree
from kybra_replica.outcalls.http_port import HttpOutcalls
from kybra_replica.outcalls.request import (
    OutcallFailure,
    OutcallReply,
    OutcallRequest,
    OutcallResponse,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

GET = OutcallRequest("", "get", (), None, 16_000, None, is_replicated=False)
ZIPPED = gzip.compress(b"text" * 100, mtime=0)


class Site:
    """A web server in a thread of its own."""

    def __init__(self) -> None:
        """Serve on a free port of loopback."""
        self.paths: list[str] = []
        self._turns = count()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Close the server and join its thread."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._ready.set()
        await self._stopping.wait()
        await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        self.paths.append(request.path)
        kind, _, detail = request.path.strip("/").partition("/")
        if kind == "status":
            headers = {"Location": "/status/200", "Set-Cookie": "a=b"}
            return web.Response(status=int(detail), headers=headers)
        if kind == "size":
            return web.Response(body=b"b" * int(detail))
        if kind == "zipped":
            return web.Response(body=ZIPPED, headers={"Content-Encoding": "gzip"})
        if kind == "every":
            return web.Response(text=str(next(self._turns) % int(detail)))
        return web.Response(body=await request.read(), headers={"X-Cookie": str(request.cookies)})


@pytest.fixture
def site() -> Iterator[Site]:
    """A web server."""
    site = Site()
    yield site
    site.stop()


@pytest.fixture
def port() -> Iterator[HttpOutcalls]:
    """A port for real requests."""
    port = HttpOutcalls()
    yield port
    port.close()


def replies_of(port: HttpOutcalls, request: OutcallRequest, nodes: int = 1) -> list[OutcallReply]:
    """Let `nodes` nodes make the request and wait for all of them."""
    replies: Queue[OutcallReply] = Queue()
    for node in range(nodes):
        port.start(request, node, replies.put)
    return [replies.get(timeout=10) for _ in range(nodes)]


def response_to(port: HttpOutcalls, request: OutcallRequest) -> OutcallResponse:
    """Make a request that must succeed."""
    [reply] = replies_of(port, request)
    assert isinstance(reply, OutcallResponse)
    return reply


def without_headers(reply: OutcallReply) -> OutcallReply:
    """What a careful transform leaves of a reply."""
    return replace(reply, headers=()) if isinstance(reply, OutcallResponse) else reply


@pytest.mark.parametrize("status", [200, 204, 302, 404, 429, 500])
def test_every_status_is_a_response(site: Site, port: HttpOutcalls, status: int) -> None:
    """Errors and redirects come back as they are; nothing is followed or repeated."""
    response = response_to(port, replace(GET, url=f"{site.url}/status/{status}"))
    assert response.status == status
    assert ("location", "/status/200") in response.headers
    assert site.paths == [f"/status/{status}"]
    assert port.http_requests == 1


def test_a_body_goes_out_and_comes_back_whole(site: Site, port: HttpOutcalls) -> None:
    """A POST of 100,000 arbitrary bytes is echoed unchanged."""
    body = bytes(range(250)) * 400
    request = replace(GET, url=site.url, method="post", body=body, max_response_bytes=None)
    assert response_to(port, request).body == body


def test_a_compressed_body_is_left_as_it_is(site: Site, port: HttpOutcalls) -> None:
    """The canister gets the bytes that came over the wire, and their encoding's name."""
    response = response_to(port, replace(GET, url=f"{site.url}/zipped"))
    assert response.body == ZIPPED
    assert ("content-encoding", "gzip") in response.headers


def test_cookies_are_not_kept(site: Site, port: HttpOutcalls) -> None:
    """A cookie that was set is not sent with the next request."""
    response_to(port, replace(GET, url=f"{site.url}/status/200"))
    response = response_to(port, replace(GET, url=site.url))
    assert ("x-cookie", "{}") in response.headers


def test_two_megabytes_are_the_most_headers_included(site: Site, port: HttpOutcalls) -> None:
    """The largest body is 2,000,000 bytes less the headers; a byte more fails."""
    probe = response_to(port, replace(GET, url=f"{site.url}/size/1000000", max_response_bytes=None))
    headers = sum(len(name) + len(value) for name, value in probe.headers)
    request = replace(GET, max_response_bytes=None)
    most = 2_000_000 - headers
    fits = response_to(port, replace(request, url=f"{site.url}/size/{most}"))
    assert len(fits.body) == most
    assert replies_of(port, replace(request, url=f"{site.url}/size/{most + 1}")) == [
        OutcallFailure(1, "Http body exceeds size limit of 2000000 bytes.")
    ]


def test_a_body_over_the_request_s_own_limit_fails(site: Site, port: HttpOutcalls) -> None:
    """The text names max_response_bytes."""
    assert replies_of(port, replace(GET, url=f"{site.url}/size/16000")) == [
        OutcallFailure(1, "Http body exceeds size limit of 16000 bytes.")
    ]


def test_thirteen_nodes_make_thirteen_requests_and_agree(site: Site, port: HttpOutcalls) -> None:
    """Equal responses, stripped of their headers, are one."""
    request = replace(GET, url=f"{site.url}/every/1", is_replicated=True)
    replies = [without_headers(reply) for reply in replies_of(port, request, nodes=13)]
    assert agree(replies, 13) == OutcallResponse(200, (), b"0")
    assert len(site.paths) == port.http_requests == 13


def test_thirteen_nodes_that_hear_different_things_do_not_agree(
    site: Site, port: HttpOutcalls
) -> None:
    """Two bodies by turns make groups of seven and six, short of nine."""
    request = replace(GET, url=f"{site.url}/every/2", is_replicated=True)
    replies = [without_headers(reply) for reply in replies_of(port, request, nodes=13)]
    failure = agree(replies, 13)
    assert isinstance(failure, OutcallFailure)
    assert failure.message.startswith("No consensus could be reached.")
    assert failure.message.index(": 7]") < failure.message.index(": 6]")
