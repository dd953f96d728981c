"""Who signs a request: nobody, or the key of a PEM file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from kybra_replica.ic_http.self_authenticating import principal_of
from kybra_replica.ic_http.sender_signatures import ANONYMOUS
from refrain.agent.faults import BadIdentity

if TYPE_CHECKING:
    from pathlib import Path

_COORDINATE_BYTES = 32
_CURVES = {"secp256r1", "secp256k1"}
_HEAD, _PARAMETERS, _TAIL = b"-----BEGIN ", b"EC PARAMETERS-----", b"-----END EC PARAMETERS-----"


class Identity(Protocol):
    """A principal and its signature; the anonymous one has no key and signs nothing."""

    principal: bytes
    der_key: bytes | None

    def sign(self, message: bytes) -> bytes:
        """Sign in the form that the Internet Computer takes for this kind of key."""


class Anonymous:
    """Nobody in particular."""

    principal = ANONYMOUS
    der_key: bytes | None = None

    def sign(self, message: bytes) -> bytes:
        """Nothing: an anonymous request carries no signature."""
        raise BadIdentity(f"Nobody can't sign these {len(message)} bytes.")


class KeyIdentity:
    """An Ed25519, P-256 or secp256k1 key."""

    def __init__(self, key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> None:
        """Take a private key."""
        self._key = key
        self.der_key: bytes | None = key.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
        self.principal = principal_of(self.der_key)

    def sign(self, message: bytes) -> bytes:
        """64 bytes: an Ed25519 signature, or r and s of ECDSA over SHA-256."""
        if isinstance(self._key, Ed25519PrivateKey):
            return self._key.sign(message)
        pair = decode_dss_signature(self._key.sign(message, ec.ECDSA(SHA256())))
        return b"".join(number.to_bytes(_COORDINATE_BYTES, "big") for number in pair)


def identity_of_pem(path: Path) -> KeyIdentity:
    """Read the PEM file that `icp identity export`, `dfx identity export` or openssl wrote.

    Raises:
        BadIdentity: no such file, an encrypted key, or a key of another kind.
    """
    try:
        key = load_pem_private_key(_without_parameters(path.read_bytes()), password=None)
    except OSError as error:
        raise BadIdentity(f"The identity can't be read: {error}.") from None
    except TypeError:
        raise BadIdentity(f"{path} is encrypted: export the identity without a password.") from None
    except (ValueError, UnsupportedAlgorithm):
        raise BadIdentity(f"{path} holds no private key in PEM form.") from None
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return KeyIdentity(key)
    if isinstance(key, Ed25519PrivateKey):
        return KeyIdentity(key)
    raise BadIdentity(f"{path} holds a key that is neither Ed25519, P-256 nor secp256k1.")


def new_pem() -> str:
    """A fresh Ed25519 key as the text of a PEM file, from the system's entropy."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _without_parameters(pem: bytes) -> bytes:
    # openssl puts the curve's name into a block of its own, before the key that repeats it.
    if not pem.lstrip().startswith(_HEAD + _PARAMETERS) or _TAIL not in pem:
        return pem
    return pem.split(_TAIL, 1)[1]
