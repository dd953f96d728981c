"""Requests as agents make them: three kinds of keys, delegations, envelopes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kybra_replica.ic_http import cbor
from kybra_replica.ic_http.request_id import hash_of_map
from kybra_replica.ic_http.self_authenticating import principal_of

NOW_NS = 1_700_000_000_000_000_000
MINUTE_NS = 60_000_000_000
CANISTER = bytes.fromhex("00000000000000000101")
ANONYMOUS = b"\x04"


@dataclass(frozen=True)
class Key:
    """A private key of any of the three kinds."""

    private: Ed25519PrivateKey | ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        """The public key as it travels."""
        public = self.private.public_key()
        return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def principal(self) -> bytes:
        """Whom the key stands for."""
        return principal_of(self.der)

    def sign(self, message: bytes) -> bytes:
        """A signature in the form that requests carry."""
        if isinstance(self.private, Ed25519PrivateKey):
            return self.private.sign(message)
        r, s = decode_dss_signature(self.private.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def delegate(
        self,
        to: Key,
        *,
        expiration_ns: int = NOW_NS + MINUTE_NS,
        **more: Any,
    ) -> dict[str, Any]:
        """A signed delegation; `more` are targets or permissions."""
        delegation = {"pubkey": to.der, "expiration": expiration_ns, **more}
        signature = self.sign(b"\x1aic-request-auth-delegation" + hash_of_map(delegation))
        return {"delegation": delegation, "signature": signature}


def ed25519(seed: int = 1) -> Key:
    """An Ed25519 key, the same for the same seed."""
    return Key(Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


def p256(secret: int = 7) -> Key:
    """A P-256 key."""
    return Key(ec.derive_private_key(secret, ec.SECP256R1()))


def secp256k1(secret: int = 7) -> Key:
    """A secp256k1 key."""
    return Key(ec.derive_private_key(secret, ec.SECP256K1()))


@dataclass(frozen=True)
class Draft:
    """A request that is not yet bytes; `key` None is the anonymous sender."""

    content: dict[str, Any]
    key: Key | None = None
    delegations: tuple[dict[str, Any], ...] = ()
    signer: Key | None = None

    @property
    def request_id(self) -> bytes:
        """How the network knows it."""
        return hash_of_map(self.content)

    def with_content(self, **changes: Any) -> Draft:
        """The same with other fields; None takes one away."""
        merged = {**self.content, **changes}
        kept = {name: value for name, value in merged.items() if value is not None}
        return replace(self, content=kept)

    def envelope(self) -> dict[str, Any]:
        """The signed envelope as a map."""
        if self.key is None:
            return {"content": self.content}
        signature = (self.signer or self.key).sign(b"\x0aic-request" + self.request_id)
        made: dict[str, Any] = {
            "content": self.content,
            "sender_pubkey": self.key.der,
            "sender_sig": signature,
        }
        if self.delegations:
            made["sender_delegation"] = list(self.delegations)
        return made

    def body(self) -> bytes:
        """What is posted."""
        return cbor.encode_self_described(self.envelope())


def message(
    kind: str = "call",
    *,
    key: Key | None = None,
    method: str = "echo",
    arg: bytes = b"DIDL\x00\x00",
    expiry_ns: int = NOW_NS + MINUTE_NS,
) -> Draft:
    """A call or a query of CANISTER."""
    content = {
        "request_type": kind,
        "sender": ANONYMOUS if key is None else key.principal,
        "ingress_expiry": expiry_ns,
        "canister_id": CANISTER,
        "method_name": method,
        "arg": arg,
    }
    return Draft(content, key)


def read_state(
    *paths: list[bytes], key: Key | None = None, expiry_ns: int = NOW_NS + MINUTE_NS
) -> Draft:
    """A request for paths of the state tree."""
    content = {
        "request_type": "read_state",
        "sender": ANONYMOUS if key is None else key.principal,
        "ingress_expiry": expiry_ns,
        "paths": list(paths),
    }
    return Draft(content, key)
