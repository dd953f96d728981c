"""`query`: run at once, signed by the node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.ic_http.admitted_message import admit
from kybra_replica.ic_http.http_answer import HttpAnswer, query_answer
from kybra_replica.ic_http.reject_fields import reject_fields
from kybra_replica.ic_http.stand_ins import with_stand_in
from kybra_replica.kernel.rejects import Reject

if TYPE_CHECKING:
    from kybra_replica.ic_http.certifier import Certifier
    from kybra_replica.ic_http.endpoints import Endpoint
    from kybra_replica.ic_http.replica_port import ReplicaPort


class Queries:
    """Versions 2 and 3, which differ in nothing that one subnet would show."""

    def __init__(self, port: ReplicaPort, certifier: Certifier) -> None:
        """Ask at `port`, sign with `certifier`."""
        self._port = port
        self._certifier = certifier

    async def answer(self, endpoint: Endpoint, body: bytes) -> HttpAnswer:
        """Answer one query; RequestRefused where it is none that may be run."""
        subnet_id = self._certifier.subnet_id
        envelope, message = admit(endpoint, body, "query", subnet_id, self._port.now_ns())
        result, now_ns = await self._port.query(message, self._certifier)
        result = with_stand_in(message, result, subnet_id)
        if isinstance(result, Reject):
            answer = {"status": "rejected", **reject_fields(result)}
        else:
            answer = {"status": "replied", "reply": {"arg": result}}
        return query_answer(self._certifier.sign_query(answer, envelope.request_id, now_ns))
