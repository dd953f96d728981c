"""Signs what the interface answers: certificates with the subnet's key, queries with its node's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.ic_http.certificates import certificate
from kybra_replica.ic_http.hash_tree import select
from kybra_replica.ic_http.self_authenticating import principal_of
from kybra_replica.ic_http.state_forest import subnet_forest, time_forest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kybra_replica.ic_http.hash_tree import Forest
    from kybra_replica.ic_http.subnet_keys import SubnetKeys

DELEGATION_LIFE_NS = 60_000_000_000
"""After how long the root key certifies the subnet's key anew."""


class Certifier:
    """The keys at work."""

    def __init__(self, keys: SubnetKeys) -> None:
        """Sign with `keys`."""
        self.keys = keys
        self.root_key = keys.root.der
        self.subnet_id = principal_of(keys.signing.der)
        self._subnet = subnet_forest(keys)
        self._delegation: dict[str, bytes] | None = None
        self._delegated_ns = 0

    def certify(
        self,
        paths: Iterable[tuple[bytes, ...]],
        now_ns: int,
        *held: Forest,
    ) -> bytes:
        """A certificate over the time and what stands at `paths`.

        They are looked up in this subnet's own branches and in `held`, of which the later wins.
        """
        forest = dict(self._subnet)
        for each in held:
            forest.update(each)
        forest.update(time_forest(now_ns))
        chosen = select(forest, {*paths, (b"time",)})
        return certificate(self.keys.signing, chosen, self._delegation_at(now_ns))

    def sign_query(self, answer: dict[str, Any], request_id: bytes, now_ns: int) -> dict[str, Any]:
        """A query's answer with the node's signature."""
        signature = self.keys.node.sign(answer, request_id, now_ns)
        return {**answer, "signatures": [signature]}

    def _delegation_at(self, now_ns: int) -> dict[str, bytes] | None:
        if not self.keys.delegated:
            return None
        if self._delegation is None or now_ns - self._delegated_ns > DELEGATION_LIFE_NS:
            paths = [
                (b"time",),
                (b"subnet", self.subnet_id, b"public_key"),
                (b"subnet", self.subnet_id, b"canister_ranges"),
                (b"canister_ranges", self.subnet_id),
            ]
            forest = select({**self._subnet, **time_forest(now_ns)}, paths)
            self._delegated_ns = now_ns
            self._delegation = {
                "subnet_id": self.subnet_id,
                "certificate": certificate(self.keys.root, forest),
            }
        return self._delegation
