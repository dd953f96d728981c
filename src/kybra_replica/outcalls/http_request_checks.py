"""What an HTTP client cannot send: URLs and headers found wrong after the fee was charged.

Codes and texts are those of the platform's adapter as seen on PocketIC 10, but for the
last: plain http to loopback serves local models, anywhere else it is refused.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from kybra_replica.outcalls.request import (
    SYS_FATAL,
    SYS_TRANSIENT,
    Headers,
    OutcallFailure,
    OutcallRequest,
)

if TYPE_CHECKING:
    from collections.abc import Collection

# A backslash is legal to the platform, but parsers disagree on the host of such a URL.
_NOT_IN_URLS = re.compile(r"[^!-~]|[<>\\`]")
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_NOT_IN_VALUES = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_HOST_CHARACTERS_SHOWN = 50


def unsendable(request: OutcallRequest, allow_hosts: Collection[str]) -> OutcallFailure | None:
    """The failure of a request that no connection is opened for, or None.

    `allow_hosts` are host names that plain http may reach besides loopback.
    """
    return _bad_url(request.url, allow_hosts) or _bad_header(request.headers)


def connecting_failed(host: str, reason: str) -> OutcallFailure:
    """The failure of a connection or exchange with `host`."""
    shown = host[:_HOST_CHARACTERS_SHOWN]
    return OutcallFailure(SYS_TRANSIENT, f"Connecting to {shown} failed: {reason}")


def _bad_url(url: str, allow_hosts: Collection[str]) -> OutcallFailure | None:
    if not url:
        return _unparsed("empty string")
    if _NOT_IN_URLS.search(url):
        return _unparsed("invalid uri character")
    if "://" not in url:
        return connecting_failed(re.split("[:/?#]", url)[0], "UserAbsoluteUriRequired")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return _unparsed("invalid authority")
    return _bad_target(parts, allow_hosts)


def _bad_target(parts: SplitResult, allow_hosts: Collection[str]) -> OutcallFailure | None:
    host = parts.hostname
    if not host:
        return _unparsed("invalid format")
    if parts.scheme not in {"http", "https"}:
        return connecting_failed(host, f"unsupported scheme {parts.scheme}")
    if parts.scheme == "http" and not _is_loopback(host) and host not in allow_hosts:
        return OutcallFailure(
            SYS_FATAL, f"Url needs to specify https scheme: plain http may not reach {host}"
        )
    return None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _unparsed(why: str) -> OutcallFailure:
    return OutcallFailure(SYS_FATAL, f"Failed to parse URL: {why}")


def _bad_header(headers: Headers) -> OutcallFailure | None:
    for name, value in headers:
        if not _HEADER_NAME.fullmatch(name):
            return OutcallFailure(SYS_FATAL, "Failed to parse header name invalid HTTP header name")
        if _NOT_IN_VALUES.search(value):
            return OutcallFailure(
                SYS_FATAL, "Failed to parse header value failed to parse header value"
            )
    return None
