"""Which URLs are served, and what they name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from kybra_replica.ic_http.refusals import Malformed, UnknownPath
from kybra_replica.kernel.principals import InvalidPrincipalError, bytes_of

Scope = Literal["canister", "subnet"]
Action = Literal["call", "query", "read_state"]

STATUS_PATH = "/api/v2/status"
_VERSIONS = {
    ("canister", "call"): {"v2", "v3", "v4"},
    ("canister", "query"): {"v2", "v3"},
    ("canister", "read_state"): {"v2", "v3"},
    ("subnet", "call"): {"v4"},
    ("subnet", "query"): {"v3"},
    ("subnet", "read_state"): {"v2", "v3"},
}
_PARTS = 6
_LONGEST_PRINCIPAL = 63


@dataclass(frozen=True)
class Endpoint:
    """What a URL asks for: `/api/<version>/<scope>/<principal>/<action>`."""

    version: str
    scope: Scope
    principal: bytes
    action: Action


def parse_endpoint(path: str) -> Endpoint:
    """Read a URL's path.

    Raises:
        UnknownPath: there is no such endpoint.
        Malformed: there is, but its principal is none.
    """
    parts = path.split("/")
    if len(parts) != _PARTS or parts[:2] != ["", "api"]:
        raise UnknownPath(f"There is nothing at {path:.100}")
    _, _, version, scope, text, action = parts
    if version not in _VERSIONS.get((scope, action), set()):
        raise UnknownPath(f"There is nothing at {path:.100}")
    return Endpoint(version, cast("Scope", scope), _principal(text), cast("Action", action))


def _principal(text: str) -> bytes:
    try:
        if len(text) <= _LONGEST_PRINCIPAL:
            return bytes_of(text)
    except InvalidPrincipalError:
        pass
    raise Malformed(f"Invalid path: {text[:_LONGEST_PRINCIPAL]!r} is not a principal")
