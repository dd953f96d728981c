"""Certificates: a hash tree's root under a BLS12-381 signature, as the root key's holder gives it.

"min-sig": signatures are 48 bytes in G1, public keys 96 bytes in G2.
"""

from __future__ import annotations

from secrets import randbelow
from typing import Any

from pyblst import BlstP1Element, BlstP2Element, final_verify, miller_loop

from kybra_replica.ic_http.cbor import encode_self_described
from kybra_replica.ic_http.hash_tree import Forest, root_hash, tree_of

GROUP_ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
DST = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
STATE_ROOT_DOMAIN = b"\x0dic-state-root"
DER_PREFIX = bytes.fromhex(
    "308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201036100"
)
"""What stands before the 96 bytes of a key of this kind."""
GENERATOR = BlstP2Element.uncompress(
    bytes.fromhex(
        "93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049"
        "334cf11213945d57e5ac7d055d042b7e024aa2b2f08f0a91260805272dc51051"
        "c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
    )
)


class BlsKey:
    """A secret key, and what follows from it."""

    def __init__(self, secret: int) -> None:
        """Take a number from 1 to the group's order less 1."""
        if not 0 < secret < GROUP_ORDER:
            raise ValueError("a BLS key lies between 1 and the group's order")
        self.secret = secret
        self.public_key = bytes(GENERATOR.scalar_mul(secret).compress())
        self.der = DER_PREFIX + self.public_key

    @classmethod
    def generate(cls) -> BlsKey:
        """A fresh key from the system's entropy."""
        return cls(1 + randbelow(GROUP_ORDER - 1))

    def sign(self, message: bytes) -> bytes:
        """Sign; the same signature each time."""
        return bytes(BlstP1Element.hash_to_group(message, DST).scalar_mul(self.secret).compress())


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether 48 bytes are the signature of the key of 96 bytes."""
    try:
        key = BlstP2Element.uncompress(public_key)
        signed = BlstP1Element.uncompress(signature)
    except ValueError:
        return False
    expected = miller_loop(BlstP1Element.hash_to_group(message, DST), key)
    return bool(final_verify(miller_loop(signed, GENERATOR), expected))


def certificate(key: BlsKey, forest: Forest, delegation: dict[str, bytes] | None = None) -> bytes:
    """A certificate over all that `forest` holds, in CBOR."""
    tree = tree_of(forest)
    held: dict[str, Any] = {
        "tree": tree,
        "signature": key.sign(STATE_ROOT_DOMAIN + root_hash(tree)),
    }
    if delegation is not None:
        held["delegation"] = delegation
    return encode_self_described(held)
