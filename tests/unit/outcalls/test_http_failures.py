"""Origins that refuse, break off, stay silent or talk nonsense; and the port's own end."""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kybra_replica.outcalls.http_port import HttpOutcalls
from kybra_replica.outcalls.request import OutcallFailure, OutcallRequest, OutcallResponse

if TYPE_CHECKING:
    from tests.unit.outcalls.conftest import Behaviour, Scene

GET = OutcallRequest("", "get", (), None, 2_000, None, is_replicated=False)
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
TIMED_OUT = OutcallFailure(1, "Timeout expired")
CLOSED = OutcallFailure(2, "The replica was closed before a response came")


def sending(raw: bytes) -> Behaviour:
    """Send `raw` and close."""
    return lambda connection, _ended: connection.sendall(raw)


def reset(connection: socket.socket, _ended: threading.Event) -> None:
    """Close with a RST in place of a FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def never(_connection: socket.socket, ended: threading.Event) -> None:
    """Answer nothing until the test is over."""
    ended.wait()


def drip(connection: socket.socket, ended: threading.Event) -> None:
    """Send a byte of the body every 20 ms."""
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    while not ended.wait(0.02):
        connection.sendall(b".")


@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (reset, "Os { code: 104 }"),
        (sending(b""), "IncompleteMessage"),
        (sending(b"garbage, no HTTP at all\r\n\r\n"), "Parse: the reply is not HTTP"),
    ],
    ids=["reset", "closed", "garbage"],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_exchange_that_fails_is_one_request_and_code_2(
    scene: Scene,
    behave: Behaviour,
    reason: str,
    method: str,
) -> None:
    """A broken connection is reported, never tried again."""
    origin = scene.origin(behave)
    request = replace(GET, url=origin.url, method=method)  # type: ignore[arg-type]
    assert scene.reply(request) == OutcallFailure(2, f"Connecting to 127.0.0.1 failed: {reason}")
    assert origin.received.qsize() == scene.port.http_requests == 1


def test_a_port_that_nobody_listens_on_is_refused(scene: Scene) -> None:
    """Code 2, and the system's error number."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        reply = scene.reply(replace(GET, url=f"http://127.0.0.1:{unused.getsockname()[1]}/"))
    assert reply == OutcallFailure(
        2, "Connecting to 127.0.0.1 failed: tcp connect error: Os { code: 111 }"
    )


def test_https_to_an_http_port_fails(scene: Scene) -> None:
    """The origin's answer to a TLS greeting is no TLS."""
    url = scene.origin(sending(b"HTTP/1.1 400 Bad Request\r\n\r\n")).url.replace("http:", "https:")
    assert scene.reply(replace(GET, url=url)) == OutcallFailure(
        2, "Connecting to 127.0.0.1 failed: tls error: InvalidContentType"
    )


def test_a_host_that_no_resolver_takes_fails(scene: Scene) -> None:
    """A label of 64 characters is refused before any name server is asked."""
    reply = scene.reply(replace(GET, url=f"https://{'a' * 64}.example/"))
    assert isinstance(reply, OutcallFailure)
    assert reply.code == 2
    assert reply.message.startswith(f"Connecting to {'a' * 50} failed: ")


@pytest.mark.parametrize(
    ("url", "failure"),
    [
        ("ftp://127.0.0.1/", (2, "Connecting to 127.0.0.1 failed: unsupported scheme ftp")),
        ("", (1, "Failed to parse URL: empty string")),
    ],
)
def test_an_unusable_url_makes_no_request(scene: Scene, url: str, failure: tuple[int, str]) -> None:
    """The failure comes without a connection."""
    assert scene.reply(replace(GET, url=url)) == OutcallFailure(*failure)
    assert scene.port.http_requests == 0


@pytest.mark.parametrize("behave", [never, drip])
def test_a_slow_origin_times_out(scene: Scene, behave: Behaviour) -> None:
    """The limit is on the whole request: neither silence nor dripping outlives it."""
    scene.limit_seconds(connect=0.3, request=0.3)
    assert scene.reply(replace(GET, url=scene.origin(behave).url)) == TIMED_OUT


def test_a_full_listener_fails_to_connect_in_time(scene: Scene) -> None:
    """A connection that is neither taken nor refused ends with the connect limit."""
    scene.limit_seconds(connect=0.1, request=30)
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)  # noqa: FBT003 - the socket module's own signature
            filler.connect_ex(listener.getsockname())
        reply = scene.reply(replace(GET, url=f"http://127.0.0.1:{listener.getsockname()[1]}/"))
    assert reply == OutcallFailure(
        2, "Connecting to 127.0.0.1 failed: tcp connect error: deadline has elapsed"
    )


def test_requests_run_side_by_side(scene: Scene) -> None:
    """Thirty-two requests are all on the wire before the first is answered."""
    barrier = threading.Barrier(32)

    def together(connection: socket.socket, _ended: threading.Event) -> None:
        barrier.wait(5)
        connection.sendall(OK)

    origin = scene.origin(together)
    replies = [scene.start(replace(GET, url=origin.url)) for _ in range(32)]
    ends = [reply.get(timeout=5) for reply in replies]
    assert {end.status for end in ends if isinstance(end, OutcallResponse)} == {200}
    assert scene.port.http_requests == 32


def test_close_ends_running_requests_once_and_joins_the_thread(scene: Scene) -> None:
    """Each gets one failure, as does every later request; closing again does nothing."""
    origin = scene.origin(never)
    waiting = [scene.start(replace(GET, url=origin.url)) for _ in range(3)]
    origin.received.get(timeout=5)
    began = time.monotonic()
    scene.port.close()
    scene.port.close()
    assert time.monotonic() - began < 2
    late = scene.start(replace(GET, url=origin.url))
    assert [replies.get_nowait() for replies in [*waiting, late]] == [CLOSED] * 4
    assert all(replies.empty() for replies in [*waiting, late])
    assert "outcalls" not in {thread.name for thread in threading.enumerate()}


def test_a_port_never_used_closes_without_a_thread() -> None:
    """The thread is the first request's."""
    before = threading.active_count()
    port = HttpOutcalls()
    assert threading.active_count() == before
    port.close()
