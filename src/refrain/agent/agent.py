"""Queries, updates and metadata of canisters, each answer verified before it is told."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

from kybra_replica.ic_http.cbor import encode_self_described
from kybra_replica.ic_http.request_id import hash_of_map
from kybra_replica.ic_http.sender_signatures import REQUEST_DOMAIN
from kybra_replica.kernel.principals import bytes_of
from refrain.agent.certificate import Certificate, natural, verified
from refrain.agent.faults import NeverSettled, Unreachable, Untrusted
from refrain.agent.identity import Anonymous
from refrain.agent.query_answer import check_signed, rejection, replied_bytes
from refrain.agent.transport import Transport

if TYPE_CHECKING:
    from refrain.agent.identity import Identity

MANAGEMENT = b""
"""The management canister's principal."""
INGRESS_LIFE_NS = 240 * 10**9
"""How long a request may be sent; the specification allows five minutes."""
PATIENCE_S = 180.0
"""How long an update's end is asked for; a chain of outcalls of 30 seconds fits."""
_PAUSE_S = 0.5
_NONCE_BYTES = 16


class Agent:
    """One identity at one network. Not for several threads at once."""

    def __init__(self, url: str, root_key: bytes, identity: Identity | None = None) -> None:
        """Trust what `root_key`, DER-encoded, signs; without an identity, ask anonymously."""
        self._transport = Transport(url, timeout_s=PATIENCE_S)
        self._root_key = root_key
        self._identity = identity or Anonymous()
        self._node_keys: dict[tuple[str, bytes], bytes | None] = {}

    @property
    def url(self) -> str:
        """Where the network is."""
        return self._transport.url

    @property
    def principal(self) -> bytes:
        """Who asks."""
        return self._identity.principal

    def query(self, canister: str, method: str, arg: bytes) -> bytes:
        """Run a query; its Candid bytes.

        Raises:
            Rejected: the canister said no.
            NotAccepted, Unreachable, Untrusted: nothing that can be believed came back.
        """
        content = self._message("query", bytes_of(canister), method, arg)
        answer = self._transport.post(f"/api/v2/canister/{canister}/query", self._signed(content))
        if answer is None:
            raise Untrusted("The query has no answer.")
        check_signed(
            answer,
            hash_of_map(content),
            lambda node: self._key_of_node(canister, node),
            time.time_ns(),
        )
        return replied_bytes(answer)

    def update(self, canister: str, method: str, arg: bytes) -> bytes:
        """Run an update and wait for its certified end; its Candid bytes.

        Raises:
            Rejected: the canister said no.
            NotAccepted: the network refused it, and it did not run.
            NeverSettled: its end could not be read; it may have run.
            Unreachable, Untrusted: nothing that can be believed came back; it may have run.
        """
        return self._call(canister, bytes_of(canister), method, arg)

    def _call(
        self,
        canister: str,
        target: bytes,
        method: str,
        arg: bytes,
        patience_s: float = PATIENCE_S,
    ) -> bytes:
        content = self._message("call", target, method, arg)
        content["nonce"] = secrets.token_bytes(_NONCE_BYTES)
        request_id = hash_of_map(content)
        try:
            path = f"/api/v3/canister/{canister}/call"
            answer = self._transport.post(path, self._signed(content))
        except Unreachable:
            # The answer got lost, the request perhaps not: the network's state tells.
            answer = None
        if answer is None:
            return self._awaited(canister, request_id, patience_s)
        if answer.get("status") == "non_replicated_rejection":
            raise rejection(answer)
        settled = self._settled(self._certificate(canister, answer), request_id)
        if settled is None:
            return self._awaited(canister, request_id, patience_s)
        return settled

    def manage(
        self, canister: str, method: str, arg: bytes, *, patience_s: float = PATIENCE_S
    ) -> bytes:
        """Have the management canister do something with `canister`; raises as `update` does."""
        return self._call(canister, MANAGEMENT, method, arg, patience_s)

    def module_hash(self, canister: str) -> bytes | None:
        """The certified SHA-256 of a canister's module; None where it has none."""
        path = (b"canister", bytes_of(canister), b"module_hash")
        return self._read(canister, path).leaf(*path)

    def metadata(self, canister: str, name: str) -> bytes | None:
        """A canister's certified custom section, as `candid:service`; None where it has none."""
        path = (b"canister", bytes_of(canister), b"metadata", name.encode())
        return self._read(canister, path).leaf(*path)

    def _awaited(self, canister: str, request_id: bytes, patience_s: float) -> bytes:
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            certificate = self._read(canister, (b"request_status", request_id))
            reply = self._settled(certificate, request_id)
            if reply is not None:
                return reply
            time.sleep(_PAUSE_S)
        raise NeverSettled(
            "The update did not end in time, or its end was not told. It may have run."
        )

    def _settled(self, certificate: Certificate, request_id: bytes) -> bytes | None:
        at = (b"request_status", request_id)
        status = certificate.leaf(*at, b"status")
        if status == b"replied":
            return certificate.leaf(*at, b"reply")
        if status == b"rejected":
            code = certificate.leaf(*at, b"reject_code")
            texts = {
                name: (certificate.leaf(*at, name.encode()) or b"").decode(errors="replace")
                for name in ("reject_message", "error_code")
            }
            raise rejection({"reject_code": None if code is None else natural(code), **texts})
        if status == b"done":
            raise NeverSettled("The update ended, and its reply is no longer kept.")
        return None

    def _key_of_node(self, canister: str, node: bytes) -> bytes | None:
        known = (canister, node)
        if known not in self._node_keys:
            subnet_id = self._read(canister, (b"time",)).subnet_id
            path = (b"subnet", subnet_id, b"node", node, b"public_key")
            self._node_keys[known] = self._read(canister, path).leaf(*path)
        return self._node_keys[known]

    def _read(self, canister: str, path: tuple[bytes, ...]) -> Certificate:
        content = {**self._request("read_state"), "paths": [list(path)]}
        at = f"/api/v2/canister/{canister}/read_state"
        answer = self._transport.post(at, self._signed(content))
        return self._certificate(canister, answer or {})

    def _certificate(self, canister: str, answer: dict[str, Any]) -> Certificate:
        raw = answer.get("certificate")
        if not isinstance(raw, bytes):
            raise Untrusted("The answer carries no certificate.")
        return verified(raw, self._root_key, bytes_of(canister), time.time_ns())

    def _message(self, kind: str, target: bytes, method: str, arg: bytes) -> dict[str, Any]:
        named = {"canister_id": target, "method_name": method, "arg": arg}
        return {**self._request(kind), **named}

    def _request(self, kind: str) -> dict[str, Any]:
        return {
            "request_type": kind,
            "sender": self._identity.principal,
            "ingress_expiry": time.time_ns() + INGRESS_LIFE_NS,
        }

    def _signed(self, content: dict[str, Any]) -> bytes:
        envelope: dict[str, Any] = {"content": content}
        if self._identity.der_key is not None:
            envelope["sender_pubkey"] = self._identity.der_key
            envelope["sender_sig"] = self._identity.sign(REQUEST_DOMAIN + hash_of_map(content))
        return encode_self_described(envelope)


def root_key_at(url: str) -> bytes:
    """The root key that a network states of itself: good for one's own machine only.

    Raises:
        NotAccepted, Unreachable: there is no network.
    """
    key = Transport(url, timeout_s=PATIENCE_S).get("/api/v2/status").get("root_key")
    if not isinstance(key, bytes):
        raise Unreachable(f"{url} states no root key.")
    return key
