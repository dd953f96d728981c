"""What goes over the wire, byte by byte, and which responses the platform takes."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kybra_replica.outcalls.request import OutcallFailure, OutcallRequest, OutcallResponse

if TYPE_CHECKING:
    import socket

    from tests.unit.outcalls.conftest import Scene

GET = OutcallRequest("", "get", (), None, 2_000, None, is_replicated=False)
OVER_2000 = OutcallFailure(1, "Http body exceeds size limit of 2000 bytes.")


def response(status: str, body: bytes = b"", *headers: bytes) -> bytes:
    """A whole HTTP/1.1 response with its content-length."""
    lines = [f"HTTP/1.1 {status}".encode(), *headers, b"Content-Length: %d" % len(body)]
    return b"\r\n".join([*lines, b"", body])


def ok(connection: socket.socket, _ended: threading.Event) -> None:
    """Answer 200 with nothing."""
    connection.sendall(response("200 OK"))


def test_no_content_is_a_response_without_body(scene: Scene) -> None:
    """204 has neither body nor length."""
    assert scene.reply_to(b"HTTP/1.1 204 No Content\r\n\r\n", GET) == OutcallResponse(204, (), b"")


def test_a_chunked_body_is_put_together(scene: Scene) -> None:
    """Chunks are HTTP's business, not the canister's."""
    raw = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
    reply = scene.reply_to(raw, GET)
    assert isinstance(reply, OutcallResponse)
    assert reply.body == b"abc"


def test_the_origin_sees_the_platform_s_request(scene: Scene) -> None:
    """Lower-case header names in the order given, user-agent ic/1.0, nothing of our own."""
    origin = scene.origin(ok)
    request = replace(
        GET,
        url=origin.url.replace("//", "//user:secret@") + "/v1?q=%20#part",
        method="post",
        headers=(("Content-Type", "application/json"), ("X-Twice", "1"), ("x-twice", "2")),
        body=b"{}",
    )
    scene.reply(request)
    host = origin.url.removeprefix("http://").encode()
    head, _, body = origin.received.get(timeout=5).partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"POST /v1?q=%20 HTTP/1.1",
        b"host: " + host,
        b"user-agent: ic/1.0",
        b"connection: close",
        b"content-length: 2",
        b"content-type: application/json",
        b"x-twice: 1",
        b"x-twice: 2",
    ]
    assert body == b"{}"


def test_a_user_agent_that_is_given_is_kept(scene: Scene) -> None:
    """The default steps back, whatever the case of the given name."""
    origin = scene.origin(ok)
    scene.reply(replace(GET, url=origin.url, headers=(("User-Agent", "mine"),)))
    received = origin.received.get(timeout=5)
    assert b"user-agent: mine" in received
    assert b"ic/1.0" not in received


def test_head_has_headers_and_no_body(scene: Scene) -> None:
    """A content-length without a body is no broken response to HEAD."""
    raw = b"HTTP/1.1 200 OK\r\ncontent-length: 700\r\n\r\n"
    assert scene.reply_to(raw, replace(GET, method="head")) == OutcallResponse(
        200, (("content-length", "700"),), b""
    )


def test_headers_and_body_share_the_limit(scene: Scene) -> None:
    """Of 2,000 bytes a header of 18 leaves 1,982 to the body, not one more."""
    fits, over = response("200 OK", b"b" * 1_982), response("200 OK", b"b" * 1_983)
    assert isinstance(scene.reply_to(fits, GET), OutcallResponse)
    assert scene.reply_to(over, GET) == OVER_2000


def test_an_endless_body_is_cut_at_the_limit(scene: Scene) -> None:
    """Reading stops at the limit; the origin finds its connection closed."""
    broken = threading.Event()

    def pour(connection: socket.socket, ended: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while not ended.is_set():
                connection.sendall(b"b" * 65_536)
        except OSError:
            broken.set()

    assert scene.reply(replace(GET, url=scene.origin(pour).url)) == OVER_2000
    assert broken.wait(5)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (
            response("200 OK", b"", *[b"n: v"] * 67),
            "number of all http headers 68 exceeds 64",
        ),
        (
            response("200 OK", b"", b"n: " + b"v" * 9_000),
            "number of bytes to represent some http header value 9000 exceeds 8192",
        ),
    ],
    ids=["68 headers", "a header of 9,000 bytes"],
)
def test_response_headers_beyond_a_fixed_limit_fail(scene: Scene, raw: bytes, text: str) -> None:
    """The limits on headers hold however large a response may be."""
    request = replace(GET, max_response_bytes=None)
    assert scene.reply_to(raw, request) == OutcallFailure(1, text)


def test_no_response_bytes_at_all_leave_no_room_for_headers(scene: Scene) -> None:
    """The text names the limit of 0."""
    reply = scene.reply_to(response("200 OK"), replace(GET, max_response_bytes=0))
    assert reply == OutcallFailure(1, "Header size exceeds specified response size limit 0")


def test_a_header_that_is_not_ascii_fails(scene: Scene) -> None:
    """A header's value must be text."""
    assert scene.reply_to(response("200 OK", b"", b"n: \xff"), GET) == OutcallFailure(
        2, "Failed to parse headers: failed to convert header to a str"
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
    ],
    ids=["content-length", "chunk"],
)
def test_a_body_that_breaks_off_looks_too_large(scene: Scene, raw: bytes) -> None:
    """The platform's text misleads here, so ours does."""
    assert scene.reply_to(raw, GET) == OVER_2000
