"""Who may drive the control interface: the owner of the token, from this machine, with JSON.

Three gates, each closed by default. The token keeps other users out; the Host header keeps out a
web page that rebinds its name to 127.0.0.1; the content type keeps out the plain forms that a
browser sends to any origin without asking.
"""

from __future__ import annotations

import hmac
import json
from typing import Any

from kybra_replica.gateway.faults import BadJson, ForbiddenHost, Unauthorized


def check_host(host: str | None, port: int) -> None:
    """Raise `ForbiddenHost` unless the Host header names this server on loopback."""
    if host not in {f"127.0.0.1:{port}", f"localhost:{port}"}:
        raise ForbiddenHost("The control interface answers on 127.0.0.1 only.")


def check_token(authorization: str | None, token: str) -> None:
    """Raise `Unauthorized` unless the Authorization header bears the token."""
    expected = f"Bearer {token}".encode()
    if not hmac.compare_digest((authorization or "").encode(errors="surrogateescape"), expected):
        raise Unauthorized("A valid bearer token is required; it is in the state folder.")


def parse_object(content_type: str, body: bytes) -> dict[str, Any]:
    """Read the body as one JSON object with exact integers; raise `BadJson` for anything else."""
    if content_type != "application/json":
        raise BadJson("The content type must be application/json.")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise BadJson("The body is not JSON.") from None
    if not isinstance(value, dict):
        raise BadJson("The body must be a JSON object.")
    return value
