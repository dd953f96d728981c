"""One HTTP request and its response, in the platform's manner, over an aiohttp session."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

import aiohttp

from kybra_replica.outcalls.http_request_checks import connecting_failed
from kybra_replica.outcalls.limits import body_allowance, body_too_large, check_response
from kybra_replica.outcalls.request import (
    SYS_TRANSIENT,
    Headers,
    OutcallFailure,
    OutcallReply,
    OutcallRequest,
    OutcallResponse,
)

_USER_AGENT = "ic/1.0"
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_UNREAD_BYTES = 65_536
_HEADER_LINE_BYTES = 262_144

_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (aiohttp.ClientConnectorDNSError, "dns error"),
    (aiohttp.ClientConnectorCertificateError, "invalid peer certificate"),
    (aiohttp.ClientSSLError, "tls error: InvalidContentType"),
    (aiohttp.ServerTimeoutError, "tcp connect error: deadline has elapsed"),
    (aiohttp.ServerDisconnectedError, "IncompleteMessage"),
    (aiohttp.ClientResponseError, "Parse: the reply is not HTTP"),
)


class ConnectionLostError(aiohttp.ClientError):
    """A connection ended before its response began."""


def open_session(connect_timeout_s: float) -> aiohttp.ClientSession:
    """A session that adds nothing to a request and nothing to its response.

    No cookies, proxies, decompression, kept connections or second attempts.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, force_close=True),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=connect_timeout_s),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=("accept", "accept-encoding", "content-type", "user-agent"),
        read_bufsize=_UNREAD_BYTES,
        max_line_size=_HEADER_LINE_BYTES,
        max_field_size=_HEADER_LINE_BYTES,
        middlewares=(_single_attempt,),
    )


async def exchange(session: aiohttp.ClientSession, request: OutcallRequest) -> OutcallReply:
    """The response to `request`, or the failure that the platform makes of its absence."""
    parts = _without_credentials(urlsplit(request.url))
    try:
        response = await session.request(
            request.method.upper(),
            parts.geturl(),
            headers=_sent_headers(request, parts),
            data=request.body or None,
            allow_redirects=False,
        )
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return connecting_failed(parts.hostname or "", _reason(error.__cause__, error))
    async with response:
        return await _received(request, response)


async def _single_attempt(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    # aiohttp repeats a GET whose connection broke; an outcall is one request, counted once.
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as lost:
        raise ConnectionLostError from lost


def _without_credentials(parts: SplitResult) -> SplitResult:
    # The platform's client never sends them; aiohttp would, as an Authorization header.
    return parts._replace(netloc=parts.netloc.rpartition("@")[2])


def _sent_headers(request: OutcallRequest, parts: SplitResult) -> list[tuple[str, str]]:
    given = [(name.lower(), value) for name, value in request.headers]
    added = {
        "host": parts.netloc.removesuffix(_DEFAULT_PORTS[parts.scheme]),
        "user-agent": _USER_AGENT,
        "connection": "close",
    }
    if request.body or request.method == "post":
        added["content-length"] = str(len(request.body or b""))
    for name, _ in given:
        added.pop(name, None)
    return [*added.items(), *given]


async def _received(request: OutcallRequest, response: aiohttp.ClientResponse) -> OutcallReply:
    try:
        headers = _received_headers(response)
    except UnicodeDecodeError:
        return OutcallFailure(
            SYS_TRANSIENT, "Failed to parse headers: failed to convert header to a str"
        )
    allowance = body_allowance(request, headers)
    if isinstance(allowance, OutcallFailure):
        return allowance
    body = await _body_within(response, allowance)
    if body is None:
        return body_too_large(request)
    reply = OutcallResponse(response.status, headers, body)
    return check_response(request, reply) or reply


def _received_headers(response: aiohttp.ClientResponse) -> Headers:
    return tuple(
        (name.decode("ascii").lower(), value.decode("ascii"))
        for name, value in response.raw_headers
    )


async def _body_within(response: aiohttp.ClientResponse, allowance: int) -> bytes | None:
    """The whole body, or None if it is over `allowance` bytes or breaks off."""
    body = bytearray()
    try:
        async for piece in response.content.iter_any():
            if len(body) + len(piece) > allowance:
                return None
            body += piece
    except (aiohttp.ClientError, OSError):
        return None
    return bytes(body)


def _reason(cause: BaseException | None, error: BaseException) -> str:
    lost = cause if isinstance(error, ConnectionLostError) and cause else error
    for kind, text in _REASONS:
        if isinstance(lost, kind):
            return text
    if isinstance(lost, OSError) and lost.errno is not None:
        stage = "tcp connect error: " if isinstance(lost, aiohttp.ClientConnectorError) else ""
        return f"{stage}Os {{ code: {lost.errno} }}"
    return f"{type(lost).__name__}: {lost}"
