"""BLS signatures, certificates, and the node's signature under a query."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key

from kybra_replica.ic_http import cbor
from kybra_replica.ic_http.certificates import (
    GENERATOR,
    GROUP_ORDER,
    STATE_ROOT_DOMAIN,
    BlsKey,
    certificate,
    verify,
)
from kybra_replica.ic_http.certifier import DELEGATION_LIFE_NS, Certifier
from kybra_replica.ic_http.hash_tree import root_hash
from kybra_replica.ic_http.node_keys import RESPONSE_DOMAIN, NodeKey
from kybra_replica.ic_http.request_id import hash_of_map
from kybra_replica.ic_http.subnet_keys import SubnetKeys
from tests.unit.ic_http.signed_requests import NOW_NS
from tests.unit.ic_http.test_hash_tree import lookup

# A signature by another implementation, from the test vectors that agents are checked with.
VECTOR_KEY = bytes.fromhex(
    "a7623a93cdb56c4d23d99c14216afaab3dfd6d4f9eb3db23d038280b6d5cb2ca"
    "aee2a19dd92c9df7001dede23bf036bc0f33982dfb41e8fa9b8e96b5dc3e83d5"
    "5ca4dd146c7eb2e8b6859cb5a5db815db86810b8d12cee1588b5dbf34a4dc9a5"
)
VECTOR_SIGNATURE = bytes.fromhex(
    "b89e13a212c830586eaa9ad53946cd968718ebecc27eda849d9232673dcd4f44"
    "0e8b5df39bf14a88048c15e16cbcaabe"
)


def keys(*, delegated: bool = False) -> SubnetKeys:
    """The same keys each time."""
    return SubnetKeys(BlsKey(11), BlsKey(12), NodeKey(bytes(32)), delegated)


def parts(raw: bytes) -> tuple[list[object], bytes, dict[str, bytes] | None]:
    """Tree, signature and delegation of a certificate."""
    held = cbor.decode(raw)
    return held["tree"], held["signature"], held.get("delegation")


def is_signed_by(key: BlsKey, raw: bytes) -> bool:
    """Whether a certificate's root is signed by a key."""
    tree, signature, _ = parts(raw)
    return verify(key.public_key, STATE_ROOT_DOMAIN + root_hash(tuple(tree)), signature)


def test_another_implementations_signature_holds() -> None:
    """A known vector: "hello", in the form with small signatures."""
    assert verify(VECTOR_KEY, b"hello", VECTOR_SIGNATURE)
    assert not verify(VECTOR_KEY, b"hallo", VECTOR_SIGNATURE)


def test_a_key_signs_and_no_other_verifies() -> None:
    """48 bytes, the same each time."""
    key, other = BlsKey(5), BlsKey(6)
    signature = key.sign(b"message")
    assert len(signature) == 48
    assert signature == key.sign(b"message")
    assert verify(key.public_key, b"message", signature)
    assert not verify(other.public_key, b"message", signature)


def test_bytes_that_are_no_points_do_not_verify() -> None:
    """Zeros, and too few of them."""
    assert not verify(bytes(96), b"", bytes(48))
    assert not verify(BlsKey(5).public_key, b"", bytes(47))


def test_public_keys_have_the_form_that_agents_expect() -> None:
    """133 bytes of DER; the key of the secret 1 is the group's generator."""
    assert BlsKey(1).public_key == GENERATOR.compress()
    assert len(BlsKey.generate().der) == 133
    for secret in (0, GROUP_ORDER):
        with pytest.raises(ValueError, match="BLS key"):
            BlsKey(secret)


def test_a_certificate_signs_its_trees_root() -> None:
    """CBOR behind the self-describing tag, the tree within as it is hashed."""
    raw = certificate(BlsKey(5), {b"time": b"\x01"})
    assert raw.startswith(cbor.SELF_DESCRIBED)
    assert is_signed_by(BlsKey(5), raw)
    assert lookup(tuple(parts(raw)[0]), (b"time",)) == [3, b"\x01"]


def test_the_root_key_signs_by_itself_unless_it_delegates() -> None:
    """A system subnet shows no delegation."""
    raw = Certifier(keys()).certify([], NOW_NS)
    assert is_signed_by(BlsKey(11), raw)
    assert parts(raw)[2] is None


def test_a_delegating_root_certifies_the_subnets_key_and_canisters() -> None:
    """The delegation's own certificate holds the key, and the ranges in both forms."""
    certifier = Certifier(keys(delegated=True))
    raw = certifier.certify([], NOW_NS)
    assert is_signed_by(BlsKey(12), raw)
    delegation = parts(raw)[2]
    assert delegation is not None
    assert delegation["subnet_id"] == certifier.subnet_id
    assert is_signed_by(BlsKey(11), delegation["certificate"])
    tree = tuple(parts(delegation["certificate"])[0])
    assert lookup(tree, (b"subnet", certifier.subnet_id, b"public_key")) == [3, BlsKey(12).der]
    assert lookup(tree, (b"subnet", certifier.subnet_id, b"canister_ranges")) is not None
    assert lookup(tree, (b"canister_ranges", certifier.subnet_id)) is not None


def test_a_delegation_is_renewed_after_its_life() -> None:
    """Agents may distrust an old one."""
    certifier = Certifier(keys(delegated=True))
    first = parts(certifier.certify([], NOW_NS))[2]
    assert parts(certifier.certify([], NOW_NS + 1))[2] == first
    assert parts(certifier.certify([], NOW_NS + DELEGATION_LIFE_NS + 1))[2] != first


def test_every_certificate_tells_the_time_and_holds_what_was_asked() -> None:
    """The subnet's own branches are there for the asking; nothing else comes along."""
    certifier = Certifier(keys())
    node = certifier.keys.node
    path = (b"subnet", certifier.subnet_id, b"node", node.node_id, b"public_key")
    tree = tuple(parts(certifier.certify([path, (b"none",)], NOW_NS))[0])
    assert lookup(tree, (b"time",)) is not None
    assert lookup(tree, path) == [3, node.der]
    assert lookup(tree, (b"canister_ranges",)) is None


def test_a_nodes_signature_covers_answer_request_and_time() -> None:
    """What agents verify under a query's answer."""
    node = NodeKey(bytes(32))
    answer = {"status": "replied", "reply": {"arg": b"x"}}
    signed = node.sign(answer, b"r" * 32, NOW_NS)
    assert signed["identity"] == node.node_id
    covered = {**answer, "request_id": b"r" * 32, "timestamp": NOW_NS}
    public = load_der_public_key(node.der)
    public.verify(signed["signature"], RESPONSE_DOMAIN + hash_of_map(covered))  # type: ignore[union-attr,call-arg]
