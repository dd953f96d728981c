"""`read_state`: a certificate over the paths that were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.ic_http.envelope import ReadState, read_read_state
from kybra_replica.ic_http.http_answer import HttpAnswer, cbor_answer
from kybra_replica.ic_http.ingress_window import check_expiry
from kybra_replica.ic_http.sender_signatures import authenticate
from kybra_replica.ic_http.state_forest import canister_forest, request_forest, subnet_forest
from kybra_replica.ic_http.state_paths import (
    Wanted,
    asks_for_metrics,
    check_request_access,
    check_section_access,
    check_subnet_paths,
    wanted_of_canister,
)

if TYPE_CHECKING:
    from kybra_replica.ic_http.certifier import Certifier
    from kybra_replica.ic_http.endpoints import Endpoint
    from kybra_replica.ic_http.hash_tree import Forest
    from kybra_replica.ic_http.replica_port import ReplicaPort
    from kybra_replica.ic_http.sender_signatures import Targets


class Reads:
    """Of a canister: what its sender may know. Of the subnet: what everybody may."""

    def __init__(self, port: ReplicaPort, certifier: Certifier) -> None:
        """Look things up at `port`, sign with `certifier`."""
        self._port = port
        self._certifier = certifier

    async def answer(self, endpoint: Endpoint, body: bytes) -> HttpAnswer:
        """Answer one request; RequestRefused where it may not be."""
        envelope, read = read_read_state(body)
        if endpoint.scope == "subnet":
            # As on the real network: these paths are everybody's, so the sender is not checked,
            # and what is asked of another subnet is absent here.
            held = await self._subnet(endpoint.principal, read)
        else:
            wanted = wanted_of_canister(read.paths, endpoint.principal)
            now_ns = self._port.now_ns()
            check_expiry(read.expiry_ns, now_ns)
            held = await self._canister(wanted, read.sender, authenticate(envelope, now_ns))
        certificate = self._certifier.certify(read.paths, self._port.now_ns(), *held)
        return cbor_answer({"certificate": certificate})

    async def _subnet(self, subnet_id: bytes, read: ReadState) -> list[Forest]:
        check_subnet_paths(read.paths, subnet_id)
        if not asks_for_metrics(read.paths):
            return []
        return [subnet_forest(self._certifier.keys, await self._port.metrics())]

    async def _canister(self, wanted: Wanted, sender: bytes, targets: Targets) -> list[Forest]:
        held: list[Forest] = []
        if wanted.request_id is not None:
            request = await self._port.request(wanted.request_id)
            if request is not None:
                check_request_access(request, sender, targets)
                held.append(request_forest(wanted.request_id, request))
        if wanted.canister_id is not None:
            canister = await self._port.canister(wanted.canister_id)
            if canister is not None:
                check_section_access(canister, wanted.sections, sender)
                held.append(canister_forest(wanted.canister_id, canister))
        return held
