"""`call`: an update is queued once, and its end certified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.ic_http.admitted_message import admit
from kybra_replica.ic_http.http_answer import HttpAnswer, accepted_answer, cbor_answer
from kybra_replica.ic_http.refusals import TooLarge
from kybra_replica.ic_http.reject_fields import reject_fields
from kybra_replica.ic_http.replica_port import Refused
from kybra_replica.ic_http.state_forest import request_forest

if TYPE_CHECKING:
    from kybra_replica.ic_http.admission import Limits
    from kybra_replica.ic_http.certifier import Certifier
    from kybra_replica.ic_http.endpoints import Endpoint
    from kybra_replica.ic_http.replica_port import ReplicaPort
    from kybra_replica.ic_http.state_facts import RequestFacts


class Calls:
    """Versions 2 (accept and let poll), 3 and 4 (wait for the certified end)."""

    def __init__(self, port: ReplicaPort, certifier: Certifier, limits: Limits) -> None:
        """Queue at `port`, sign with `certifier`."""
        self._port = port
        self._certifier = certifier
        self._limits = limits

    async def answer(self, endpoint: Endpoint, body: bytes) -> HttpAnswer:
        """Answer one call; RequestRefused where it is none that may be run."""
        most = self._limits.ingress_bytes
        if len(body) > most:
            raise TooLarge(f"Message byte size {len(body)} is larger than the max allowed {most}.")
        subnet_id = self._certifier.subnet_id
        envelope, message = admit(endpoint, body, "call", subnet_id, self._port.now_ns())
        request_id = envelope.request_id
        outcome: Refused | RequestFacts | None
        if endpoint.version == "v2":
            outcome = await self._port.accept(request_id, message)
        else:
            outcome = await self._port.call(request_id, message, self._limits.call_wait_s)
        if outcome is None:
            return accepted_answer()
        if isinstance(outcome, Refused):
            status = {"status": "non_replicated_rejection"}
            return cbor_answer({**status, **reject_fields(outcome.reject)})
        return self._certified(request_id, outcome)

    def _certified(self, request_id: bytes, facts: RequestFacts) -> HttpAnswer:
        certificate = self._certifier.certify(
            [(b"request_status", request_id)],
            self._port.now_ns(),
            request_forest(request_id, facts),
        )
        return cbor_answer({"status": "replied", "certificate": certificate})
