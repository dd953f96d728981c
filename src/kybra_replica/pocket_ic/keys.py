"""The keys of an instance's subnets: the same for every instance, as PocketIC's own are.

They follow from public constants, so what they sign proves nothing outside of a test.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from kybra_replica.ic_http.certificates import GROUP_ORDER, BlsKey
from kybra_replica.ic_http.node_keys import NodeKey
from kybra_replica.ic_http.subnet_keys import SubnetKeys

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT_KIND = "NNS"


def bls_keys(count: int) -> list[BlsKey]:
    """The keys of so many subnets."""
    return [BlsKey(1 + _number(f"subnet {place}") % (GROUP_ORDER - 1)) for place in range(count)]


def signing_keys(kinds: Sequence[str], keys: Sequence[BlsKey]) -> SubnetKeys:
    """What the first subnet signs with, below the key of the NNS where there is one."""
    root = keys[kinds.index(ROOT_KIND)] if ROOT_KIND in kinds else keys[0]
    node = NodeKey(hashlib.sha256(b"node").digest())
    return SubnetKeys(root, keys[0], node, delegated=root is not keys[0])


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha512(name.encode()).digest(), "big")
