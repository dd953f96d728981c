"""The Internet Computer's HTTP interface over one replica; knows no web framework.

The interface specification's section "HTTPS Interface" is what it follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.ic_http.admission import Limits
from kybra_replica.ic_http.calls import Calls
from kybra_replica.ic_http.certifier import Certifier
from kybra_replica.ic_http.endpoints import STATUS_PATH, Endpoint, parse_endpoint
from kybra_replica.ic_http.http_answer import HttpAnswer, cbor_answer, refusal_answer
from kybra_replica.ic_http.queries import Queries
from kybra_replica.ic_http.reads import Reads
from kybra_replica.ic_http.refusals import RequestRefused, UnknownPath
from kybra_replica.ic_http.replica_port import ReplicaPort

if TYPE_CHECKING:
    from kybra_replica.ic_http.replica_port import Instance
    from kybra_replica.ic_http.subnet_keys import SubnetKeys

IMPL_VERSION = "kybra-replica 0.1.0"


class IcInterface:
    """Answers requests given as method, path and body."""

    def __init__(self, instance: Instance, keys: SubnetKeys, limits: Limits | None = None) -> None:
        """Serve `instance`, signing with `keys`."""
        limits = limits or Limits()
        port, self.certifier = ReplicaPort(instance), Certifier(keys)
        self._port = port
        self._calls = Calls(port, self.certifier, limits)
        self._queries = Queries(port, self.certifier)
        self._reads = Reads(port, self.certifier)

    async def answer(self, method: str, path: str, body: bytes) -> HttpAnswer:
        """Answer one request; every refusal is an answer too."""
        try:
            if path == STATUS_PATH and method == "GET":
                return self._status()
            if method != "POST":
                raise UnknownPath(f"There is nothing to {method:.20} at {path:.100}")
            return await self._posted(parse_endpoint(path), body)
        except RequestRefused as refused:
            return refusal_answer(refused)

    async def _posted(self, endpoint: Endpoint, body: bytes) -> HttpAnswer:
        if endpoint.action == "call":
            return await self._calls.answer(endpoint, body)
        if endpoint.action == "query":
            return await self._queries.answer(endpoint, body)
        return await self._reads.answer(endpoint, body)

    def _status(self) -> HttpAnswer:
        return cbor_answer(
            {
                "root_key": self.certifier.root_key,
                "impl_version": IMPL_VERSION,
                "replica_health_status": "healthy",
                # One certificate an answer: its time is the height that it is good for.
                "certified_height": self._port.now_ns(),
            }
        )
