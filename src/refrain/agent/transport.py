"""Posting CBOR to a network's URL."""

from __future__ import annotations

import http.client
from typing import Any
from urllib.parse import SplitResult, urlsplit

from kybra_replica.ic_http.cbor import decode
from kybra_replica.ic_http.refusals import Malformed
from refrain.agent.faults import NotAccepted, Unreachable

_OK, _ACCEPTED = 200, 202
_LARGEST_ANSWER = 16 * 2**20
_SHOWN = 300


class Transport:
    """One network's URL; each request opens a connection of its own."""

    def __init__(self, url: str, *, timeout_s: float) -> None:
        """Address `url`, which is http or https.

        Raises:
            Unreachable: it is no such URL.
        """
        parts = parsed(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise _no_network(url)
        self.url = url.rstrip("/")
        self._tls = parts.scheme == "https"
        self._netloc = parts.netloc
        self._timeout_s = timeout_s

    def get(self, path: str) -> dict[str, Any]:
        """Read a CBOR map; raises as `post`."""
        answer = self._exchange("GET", path, None)
        if answer is None:
            raise Unreachable(f"{self.url} is no network of the Internet Computer.")
        return answer

    def post(self, path: str, body: bytes) -> dict[str, Any] | None:
        """Post a request; the CBOR map of its answer, or None where it was taken without one.

        Raises:
            Unreachable: nobody answers, or with something else than the interface says.
            NotAccepted: the network refused the request.
        """
        return self._exchange("POST", path, body)

    def _exchange(self, method: str, path: str, body: bytes | None) -> dict[str, Any] | None:
        kind = http.client.HTTPSConnection if self._tls else http.client.HTTPConnection
        connection = kind(self._netloc, timeout=self._timeout_s)
        try:
            connection.request(method, path, body, {"Content-Type": "application/cbor"})
            answer = connection.getresponse()
            status, content = answer.status, answer.read(_LARGEST_ANSWER + 1)
        except (OSError, UnicodeError, http.client.HTTPException) as error:
            raise Unreachable(f"{self.url} does not answer: {error}.") from None
        finally:
            connection.close()
        if status == _ACCEPTED:
            return None
        if status != _OK:
            text = content[:_SHOWN].decode(errors="replace").strip()
            raise NotAccepted(f"The network refused the request (HTTP {status}): {text}")
        return self._map_in(content)

    def _map_in(self, content: bytes) -> dict[str, Any]:
        try:
            fields = decode(content) if len(content) <= _LARGEST_ANSWER else None
        except Malformed:
            fields = None
        if not isinstance(fields, dict):
            raise Unreachable(f"{self.url} does not speak the Internet Computer's interface.")
        return fields


def parsed(url: str) -> SplitResult:
    """The parts of a URL; Unreachable where it can't be read as one."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise _no_network(url) from None
    return parts


def _no_network(url: str) -> Unreachable:
    return Unreachable(f"{url!r} is no network: write local, ic, or an http or https URL.")
