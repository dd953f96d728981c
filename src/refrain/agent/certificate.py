"""A certificate from outside: believed where its chain of signatures ends in the root key.

Source: the Internet Computer interface specification, "Certification".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.candid.leb128 import decode_unsigned, run_end
from kybra_replica.ic_http.cbor import decode
from kybra_replica.ic_http.certificates import DER_PREFIX, STATE_ROOT_DOMAIN, verify
from kybra_replica.ic_http.hash_tree import root_hash
from kybra_replica.ic_http.refusals import Malformed
from kybra_replica.ic_http.self_authenticating import principal_of
from refrain.agent.faults import Stale, Untrusted
from refrain.agent.tree_lookup import check_tree, labels, lookup

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_SKEW_NS = 300 * 10**9
"""How far a certificate's or a query's time may be from our clock."""
_DEEPEST = 150
"""Levels of a tree: labels, and forks between as many canisters as there can be."""


class Certificate:
    """A verified certificate."""

    def __init__(self, tree: list[Any], subnet_id: bytes, time_ns: int) -> None:
        """Hold what `verified` found: the tree, whose key signed it, and when."""
        self._tree = tree
        self.time_ns = time_ns
        self.subnet_id = subnet_id

    def leaf(self, *path: bytes) -> bytes | None:
        """The value at `path`; None where none is shown."""
        return lookup(self._tree, *path)


def verified(raw: bytes, root_key: bytes, canister: bytes, now_ns: int) -> Certificate:
    """Check a certificate about `canister` against the DER-encoded root key.

    Raises:
        Untrusted: it is malformed, or signed by another key or for other canisters.
        Stale: it is too old, or bears no time.
    """
    fields = _fields(raw)
    subnet_id, key = principal_of(root_key), root_key
    if "delegation" in fields:
        subnet_id, key = _delegated(fields["delegation"], root_key, canister)
    tree = _signed_tree(fields, key)
    time = lookup(tree, b"time")
    if time is None or abs(natural(time) - now_ns) > LONGEST_SKEW_NS:
        raise Stale("The certificate is older than five minutes, or this clock is wrong.")
    return Certificate(tree, subnet_id, natural(time))


def natural(leaf: bytes) -> int:
    """A leaf's LEB128 number; Untrusted where it is none."""
    try:
        whole = run_end(leaf, 0) == len(leaf)
    except IndexError:
        whole = False
    if not whole:
        raise Untrusted("The certificate holds a malformed number.")
    return decode_unsigned(leaf)


def _delegated(delegation: Any, root_key: bytes, canister: bytes) -> tuple[bytes, bytes]:
    if not isinstance(delegation, dict):
        raise Untrusted("The certificate's delegation is malformed.")
    subnet_id, inner = delegation.get("subnet_id"), delegation.get("certificate")
    if not isinstance(subnet_id, bytes) or not isinstance(inner, bytes):
        raise Untrusted("The certificate's delegation is malformed.")
    fields = _fields(inner)
    if "delegation" in fields:
        raise Untrusted("The certificate's delegation is itself delegated.")
    tree = _signed_tree(fields, root_key)
    if not any(low <= canister <= high for low, high in _ranges(tree, subnet_id)):
        raise Untrusted("The certificate's subnet does not hold this canister.")
    key = lookup(tree, b"subnet", subnet_id, b"public_key")
    if key is None:
        raise Untrusted("The certificate's delegation names no key.")
    return subnet_id, key


def _ranges(tree: list[Any], subnet_id: bytes) -> Iterable[tuple[bytes, bytes]]:
    whole = lookup(tree, b"subnet", subnet_id, b"canister_ranges")
    at = (b"canister_ranges", subnet_id)
    parts = [lookup(tree, *at, label) for label in labels(tree, *at)]
    for leaf in (whole, *parts):
        for pair in () if leaf is None else _decoded(leaf):
            if not isinstance(pair, list) or [type(each) for each in pair] != [bytes, bytes]:
                raise Untrusted("The certificate's canister ranges are malformed.")
            yield pair[0], pair[1]


def _fields(raw: bytes) -> dict[str, Any]:
    fields = _decoded(raw)
    if not isinstance(fields, dict) or not isinstance(fields.get("signature"), bytes):
        raise Untrusted("The certificate is malformed.")
    check_tree(fields.get("tree"))
    return fields


def _decoded(raw: bytes) -> Any:
    try:
        return decode(raw, max_depth=_DEEPEST)
    except Malformed as error:
        raise Untrusted(f"The certificate is malformed: {error}") from None


def _signed_tree(fields: dict[str, Any], der_key: bytes) -> list[Any]:
    tree: list[Any] = fields["tree"]
    key = der_key.removeprefix(DER_PREFIX)
    if len(key) == len(der_key) or not verify(
        key, STATE_ROOT_DOMAIN + root_hash(tuple(tree)), fields["signature"]
    ):
        raise Untrusted(
            "The certificate is not signed by the network's root key. "
            "Either this is another network, or somebody is between it and you."
        )
    return tree
