"""Whether a request comes from its sender: Ed25519, ECDSA on P-256 and secp256k1, delegations."""

from __future__ import annotations

from functools import lru_cache, reduce
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from kybra_replica.ic_http.envelope import Message
from kybra_replica.ic_http.ingress_window import instant_text
from kybra_replica.ic_http.refusals import Forbidden, Malformed
from kybra_replica.ic_http.self_authenticating import principal_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kybra_replica.ic_http.envelope import Delegation, Envelope

ANONYMOUS = b"\x04"
REQUEST_DOMAIN = b"\x0aic-request"
DELEGATION_DOMAIN = b"\x1aic-request-auth-delegation"
_COORDINATE_BYTES = 32

Targets = frozenset[bytes] | None
"""The canisters that a delegation is good for; None: all of them."""
PublicKey = Ed25519PublicKey | ec.EllipticCurvePublicKey


def authenticate(envelope: Envelope, now_ns: int) -> Targets:
    """Check who sent a request; the canisters that it may concern.

    Raises:
        Malformed: a delegation has expired.
        Forbidden: a signature or a delegation does not hold.
    """
    sender = envelope.content.sender
    if sender == ANONYMOUS:
        if envelope.pubkey or envelope.signature or envelope.delegations:
            raise _unauthentic(envelope, "the anonymous sender has no key and no signature")
        return None
    if envelope.pubkey is None or envelope.signature is None:
        raise _unauthentic(envelope, "Missing signature from user")
    if principal_of(envelope.pubkey) != sender:
        raise _unauthentic(envelope, "the sender's public key does not match its principal")
    key = _last_key(envelope, envelope.pubkey, now_ns)
    if not holds(key, REQUEST_DOMAIN + envelope.request_id, envelope.signature):
        raise _unauthentic(envelope, "Invalid signature: it does not match the request")
    return _check_scope(envelope)


def _last_key(envelope: Envelope, sender_key: bytes, now_ns: int) -> bytes:
    key, seen = sender_key, {sender_key}
    for delegation in envelope.delegations:
        if delegation.pubkey in seen:
            raise _unauthentic(envelope, "Invalid delegation: a key occurs twice")
        seen.add(delegation.pubkey)
        _check_not_expired(delegation, now_ns)
        if not holds(key, DELEGATION_DOMAIN + delegation.digest, delegation.signature):
            raise _unauthentic(envelope, "Invalid delegation: its signature does not match")
        key = delegation.pubkey
    return key


def _check_not_expired(delegation: Delegation, now_ns: int) -> None:
    if delegation.expiration_ns < now_ns:
        raise Malformed(
            "Invalid delegation expiry: Specified sender delegation has expired: "
            f"Provided expiry: {instant_text(delegation.expiration_ns)}, "
            f"Local replica time: {instant_text(now_ns)}"
        )


def _check_scope(envelope: Envelope) -> Targets:
    targets = common_targets(each.targets for each in envelope.delegations)
    content = envelope.content
    if envelope.request_type == "call" and any(each.queries_only for each in envelope.delegations):
        raise _unauthentic(envelope, "the delegation permits queries only")
    if isinstance(content, Message) and targets is not None and content.canister_id not in targets:
        raise _unauthentic(envelope, "the canister is none of the sender delegation's targets")
    return targets


def common_targets(each: Iterable[Targets]) -> Targets:
    """What every delegation of a chain allows."""
    stated = [targets for targets in each if targets is not None]
    return reduce(frozenset.intersection, stated) if stated else None


def _unauthentic(envelope: Envelope, why: str) -> Forbidden:
    request_id = envelope.request_id.hex()
    return Forbidden(f"Failed to authenticate request {request_id} due to: {why}")


def holds(der_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is the key's under `message`; False too for a key of another kind."""
    key = _key_of(der_key)
    if isinstance(key, Ed25519PublicKey):
        return _holds_ed25519(key, message, signature)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _holds_ecdsa(key, message, signature)
    return False


@lru_cache(maxsize=1_024)
def _key_of(der_key: bytes) -> PublicKey | None:
    try:
        key = load_der_public_key(der_key)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    if isinstance(key, Ed25519PublicKey):
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in {"secp256r1", "secp256k1"}:
        return key
    return None


def _holds_ed25519(key: Ed25519PublicKey, message: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _holds_ecdsa(key: ec.EllipticCurvePublicKey, message: bytes, signature: bytes) -> bool:
    if len(signature) != 2 * _COORDINATE_BYTES:
        return False
    r = int.from_bytes(signature[:_COORDINATE_BYTES], "big")
    s = int.from_bytes(signature[_COORDINATE_BYTES:], "big")
    try:
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
