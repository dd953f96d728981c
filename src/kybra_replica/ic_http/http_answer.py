"""What goes back over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kybra_replica.ic_http.cbor import encode_self_described, encode_uncounted

if TYPE_CHECKING:
    from kybra_replica.ic_http.refusals import RequestRefused

CBOR = "application/cbor"
PLAIN = "text/plain"


@dataclass(frozen=True)
class HttpAnswer:
    """Status, content type, body."""

    status: int
    content_type: str
    body: bytes


def cbor_answer(value: Any) -> HttpAnswer:
    """200 with CBOR behind the self-describing tag, as real replicas send it."""
    return HttpAnswer(200, CBOR, encode_self_described(value))


def query_answer(fields: dict[str, Any]) -> HttpAnswer:
    """The same, with a map that has no count: agents must read it from real replicas too."""
    return HttpAnswer(200, CBOR, encode_uncounted(fields))


def accepted_answer() -> HttpAnswer:
    """202: taken, and its end can be read from the state."""
    return HttpAnswer(202, PLAIN, b"")


def refusal_answer(refused: RequestRefused) -> HttpAnswer:
    """The refusal's status and text."""
    return HttpAnswer(refused.http_status, PLAIN, str(refused).encode())
