"""What crosses the outcall port: a request, and the response or failure that ends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SYS_FATAL = 1
"""Reject code of what will not pass by itself, and, misleadingly, of "Timeout expired"."""

SYS_TRANSIENT = 2
"""Reject code of connections that failed and of nodes that disagreed."""

CANISTER_REJECT = 4
"""Reject code of what is refused before any request goes out; nothing is charged."""

Headers = tuple[tuple[str, str], ...]
"""Names and values in order; a name may come twice."""


@dataclass(frozen=True)
class Transform:
    """The query that trims each node's response: whose, its name, and its `context` argument."""

    principal: str
    method: str
    context: bytes


@dataclass(frozen=True)
class OutcallRequest:
    """The arguments of `http_request`, decoded; `max_response_bytes` None is 2,000,000."""

    url: str
    method: Literal["get", "head", "post"]
    headers: Headers
    body: bytes | None
    max_response_bytes: int | None
    transform: Transform | None
    is_replicated: bool


@dataclass(frozen=True)
class OutcallResponse:
    """An HTTP response of any status; header names are in lower case."""

    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True)
class OutcallFailure:
    """A reject: its code (`SYS_FATAL`, `SYS_TRANSIENT`, `CANISTER_REJECT`) and its text."""

    code: int
    message: str


OutcallReply = OutcallResponse | OutcallFailure
"""How an outcall ends."""


def header_bytes(headers: Headers) -> int:
    """Bytes that the platform counts for `headers`: names and values, no separators."""
    return sum(len(name.encode()) + len(value.encode()) for name, value in headers)
