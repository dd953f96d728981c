"""Hash trees of the Internet Computer: the hash of each kind of node, and witnesses as CBOR.

A witness is the tree with all that it need not show pruned to hashes. Its parts are written as
bytes here, since one hex() over the whole is cheaper than many texts put together.

Source: the Internet Computer interface specification, "Certification".
"""

from hashlib import sha256

HASH_BYTES = 32

SELF_DESCRIBED = b"\xd9\xd9\xf7"
"""CBOR's tag 55799, which clients expect before a tree."""

FORK = b"\x83\x01"
"""What stands before a fork's two branches in a witness."""

PRUNED = b"\x82\x04\x58\x20"
"""What stands before the hash of a pruned node in a witness."""

_LABELED = b"\x83\x02"
_LEAF = b"\x82\x03"

FORK_DOMAIN = b"\x10ic-hashtree-fork"
LABELED_DOMAIN = b"\x13ic-hashtree-labeled"
LEAF_DOMAIN = b"\x10ic-hashtree-leaf"

_BYTES = 0x40
_SHORT = 24
_ONE_BYTE = 256


def fork_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a fork of two nodes, given theirs."""
    return sha256(FORK_DOMAIN + left + right).digest()


def labeled_hash(label: bytes, below: bytes) -> bytes:
    """Return the hash of a node below its label."""
    return sha256(LABELED_DOMAIN + label + below).digest()


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(LEAF_DOMAIN + data).digest()


def labeled_leaf_hash(label: bytes, data: bytes) -> bytes:
    """Return the hash of a leaf below its label."""
    leaf = sha256(LEAF_DOMAIN + data).digest()
    return sha256(LABELED_DOMAIN + label + leaf).digest()


def labeled_part(label: bytes, below: bytes) -> bytes:
    """Write a labeled node of a witness, given what is below it."""
    return _LABELED + byte_string(label) + below


def leaf_part(data: bytes) -> bytes:
    """Write a leaf of a witness."""
    return _LEAF + byte_string(data)


def byte_string(data: bytes) -> bytes:
    """Write bytes as CBOR does, up to 65,535 of them.

    Raises:
        OverflowError: they are more.
    """
    size = len(data)
    if size < _SHORT:
        return bytes((_BYTES + size,)) + data
    if size < _ONE_BYTE:
        return bytes((_BYTES + _SHORT, size)) + data
    return bytes((_BYTES + _SHORT + 1,)) + size.to_bytes(2, "big") + data
