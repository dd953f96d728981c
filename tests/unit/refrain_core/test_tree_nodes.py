"""The nodes of a hash tree: their hashes, and their parts of a witness."""

from __future__ import annotations

import pytest

from kybra_replica.ic_http import cbor
from kybra_replica.ic_http.hash_tree import root_hash, tree_of
from refrain_core import hash_tree


def test_the_parts_of_a_witness_have_cbors_lengths() -> None:
    """At each border of a head's length."""
    for size in (0, 23, 24, 255, 256, 65_535):
        data = bytes(size)
        assert hash_tree.byte_string(data) == cbor.encode(data)
        assert hash_tree.leaf_part(data) == cbor.encode([3, data])
    with pytest.raises(OverflowError):
        hash_tree.byte_string(bytes(65_536))


def test_node_hashes_are_the_specifications() -> None:
    """As the tree of the specification's example, whose root stands there, has them."""
    forest = {b"b": b"good", b"d": b"morning"}
    b = hash_tree.labeled_hash(b"b", hash_tree.leaf_hash(b"good"))
    d = hash_tree.labeled_hash(b"d", hash_tree.leaf_hash(b"morning"))
    assert hash_tree.fork_hash(b, d) == root_hash(tree_of(forest))
