"""What stands at each path of the state tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.candid.leb128 import encode_unsigned
from kybra_replica.ic_http.cbor import encode_self_described
from kybra_replica.ic_http.self_authenticating import principal_of
from kybra_replica.kernel.principals import canister_id
from kybra_replica.kernel.rejects import Reject

if TYPE_CHECKING:
    from kybra_replica.ic_http.hash_tree import Forest
    from kybra_replica.ic_http.state_facts import CanisterFacts, RequestFacts
    from kybra_replica.ic_http.subnet_keys import SubnetKeys

SUBNET_TYPE = b"cloud_engine"
"""The type with which the `icp` command creates canisters without a cycles ledger."""
FIRST_CANISTER = canister_id(0)
LAST_CANISTER = canister_id((1 << 64) - 1)
"""This subnet is the whole network: every canister id is its own."""


def time_forest(now_ns: int) -> Forest:
    """The time of an answer, which every certificate tells."""
    return {b"time": encode_unsigned(now_ns)}


def subnet_forest(keys: SubnetKeys, metrics: dict[str, Any] | None = None) -> Forest:
    """The one subnet: its key, type, node, canisters, and, where asked for, metrics."""
    subnet_id = principal_of(keys.signing.der)
    ranges = encode_self_described([[FIRST_CANISTER, LAST_CANISTER]])
    subnet: dict[bytes, Any] = {
        b"public_key": keys.signing.der,
        b"type": SUBNET_TYPE,
        b"canister_ranges": ranges,
        b"node": {keys.node.node_id: {b"public_key": keys.node.der}},
    }
    if metrics is not None:
        subnet[b"metrics"] = encode_self_described(metrics)
    return {
        b"subnet": {subnet_id: subnet},
        b"canister_ranges": {subnet_id: {FIRST_CANISTER: ranges}},
    }


def canister_forest(raw_id: bytes, facts: CanisterFacts) -> Forest:
    """A canister's controllers, module hash and metadata; those it has."""
    canister: dict[bytes, Any] = {b"controllers": encode_self_described(list(facts.controllers))}
    if facts.module_hash is not None:
        canister[b"module_hash"] = facts.module_hash
    if facts.sections:
        canister[b"metadata"] = {
            name.encode(): section.data for name, section in facts.sections.items()
        }
    return {b"canister": {raw_id: canister}}


def request_forest(request_id: bytes, facts: RequestFacts) -> Forest:
    """A request's status, and how it ended."""
    status = {b"status": facts.state.encode(), **_ended(facts)}
    return {b"request_status": {request_id: status}}


def _ended(facts: RequestFacts) -> dict[bytes, bytes]:
    if facts.answer is None:
        return {}
    if not isinstance(facts.answer, Reject):
        return {b"reply": facts.answer}
    rejected = {
        b"reject_code": encode_unsigned(facts.answer.code),
        b"reject_message": facts.answer.message.encode(),
    }
    if facts.answer.error_code:
        rejected[b"error_code"] = facts.answer.error_code.encode()
    return rejected
