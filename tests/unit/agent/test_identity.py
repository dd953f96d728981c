"""Identities from PEM files: each kind that the Internet Computer knows, and what is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from kybra_replica.ic_http.sender_signatures import holds
from refrain.agent.faults import BadIdentity
from refrain.agent.identity import identity_of_pem

if TYPE_CHECKING:
    from pathlib import Path

    Key = Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

PKCS8, SEC1 = PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL
ED25519 = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
P256 = ec.derive_private_key(11, ec.SECP256R1())
K1 = ec.derive_private_key(11, ec.SECP256K1())
PARAMETERS = b"-----BEGIN EC PARAMETERS-----\nBgUrgQQACg==\n-----END EC PARAMETERS-----\n"


def pem(key: Key, form: PrivateFormat = PKCS8, password: bytes | None = None) -> bytes:
    """A key as a PEM file holds it."""
    lock = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, form, lock)


@pytest.mark.parametrize(
    "content",
    [pem(ED25519), pem(P256), pem(P256, SEC1), pem(K1), pem(K1, SEC1), PARAMETERS + pem(K1, SEC1)],
    ids=["Ed25519", "P-256", "P-256 SEC1", "secp256k1", "secp256k1 SEC1", "with parameters"],
)
def test_a_key_is_read_and_signs(tmp_path: Path, content: bytes) -> None:
    """The replica takes the signature, and the same file gives the same principal."""
    path = tmp_path / "identity.pem"
    path.write_bytes(content)
    identity = identity_of_pem(path)
    assert identity.der_key is not None
    assert holds(identity.der_key, b"message", identity.sign(b"message"))
    assert not holds(identity.der_key, b"another", identity.sign(b"message"))
    assert identity_of_pem(path).principal == identity.principal


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no private key"),
        (b"-----BEGIN EC PARAMETERS-----\n", "no private key"),
        (pem(ED25519, password=b"secret"), "encrypted"),
        (pem(ec.derive_private_key(11, ec.SECP384R1())), "neither"),
        (pem(rsa.generate_private_key(65537, 2048)), "neither"),
    ],
    ids=["empty", "parameters alone", "encrypted", "P-384", "RSA"],
)
def test_what_is_no_identity_says_why(tmp_path: Path, content: bytes, why: str) -> None:
    """And what to do, where something can be done."""
    path = tmp_path / "identity.pem"
    path.write_bytes(content)
    with pytest.raises(BadIdentity, match=why):
        identity_of_pem(path)


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    """With its name."""
    with pytest.raises(BadIdentity, match=r"none\.pem"):
        identity_of_pem(tmp_path / "none.pem")
