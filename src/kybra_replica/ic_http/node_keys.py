"""The key of the node that answers queries, and its signature under each answer."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kybra_replica.ic_http.request_id import hash_of_map
from kybra_replica.ic_http.self_authenticating import principal_of

RESPONSE_DOMAIN = b"\x0bic-response"


class NodeKey:
    """An Ed25519 key; the node's principal follows from it."""

    def __init__(self, secret: bytes) -> None:
        """Take a secret of 32 bytes."""
        self.secret = secret
        self._key = Ed25519PrivateKey.from_private_bytes(secret)
        self.der = self._key.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
        self.node_id = principal_of(self.der)

    def sign(self, answer: dict[str, Any], request_id: bytes, now_ns: int) -> dict[str, Any]:
        """The signature's record for the answer (without signatures) to one request."""
        signed = hash_of_map({**answer, "request_id": request_id, "timestamp": now_ns})
        signature = self._key.sign(RESPONSE_DOMAIN + signed)
        return {"timestamp": now_ns, "signature": signature, "identity": self.node_id}
