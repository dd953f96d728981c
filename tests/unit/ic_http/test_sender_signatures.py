"""Who sent a request: keys, delegations, and everything that does not hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kybra_replica.ic_http import cbor
from kybra_replica.ic_http.envelope import Envelope, read_message, read_read_state
from kybra_replica.ic_http.refusals import Forbidden, Malformed
from kybra_replica.ic_http.sender_signatures import authenticate, common_targets, holds
from tests.unit.ic_http.signed_requests import (
    CANISTER,
    NOW_NS,
    Draft,
    Key,
    ed25519,
    message,
    p256,
    read_state,
    secp256k1,
)

KEYS = {"Ed25519": ed25519(), "P-256": p256(), "secp256k1": secp256k1()}
OTHER = bytes.fromhex("00000000000000010101")


def envelope_of(draft: Draft) -> Envelope:
    """The draft as the replica reads it."""
    kind = draft.content["request_type"]
    return read_message(draft.body(), kind)[0]


def delegated(first: Key, last: Key, *steps: dict[str, object], kind: str = "call") -> Draft:
    """A request of `first`, signed by `last` by way of the given delegations."""
    return replace(message(kind, key=first), delegations=steps, signer=last)


def test_the_anonymous_sender_needs_no_signature() -> None:
    """Whoever does not say who they are may concern any canister."""
    assert authenticate(envelope_of(message()), NOW_NS) is None


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_each_kind_of_key_signs_for_its_principal(key: Key) -> None:
    """Ed25519, and raw r and s of ECDSA on both curves."""
    assert authenticate(envelope_of(message(key=key)), NOW_NS) is None


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_changed_request_is_forbidden(key: Key) -> None:
    """The signature covers the request id, and so every field."""
    draft = message(key=key)
    changed = {**draft.envelope(), "content": {**draft.content, "arg": b"other"}}
    with pytest.raises(Forbidden) as refused:
        authenticate(read_message(cbor.encode(changed), "call")[0], NOW_NS)
    assert refused.value.http_status == 403


def test_a_key_signs_for_nobody_else() -> None:
    """The sender is the principal of the key that comes with the request."""
    draft = message(key=ed25519(1)).with_content(sender=ed25519(2).principal)
    with pytest.raises(Forbidden, match="does not match"):
        authenticate(envelope_of(draft), NOW_NS)


def test_a_missing_signature_and_a_superfluous_one_are_forbidden() -> None:
    """A named sender signs; the anonymous one cannot."""
    bare = message().with_content(sender=ed25519().principal)
    with pytest.raises(Forbidden, match="Missing signature"):
        authenticate(envelope_of(bare), NOW_NS)
    signed = message(key=ed25519()).with_content(sender=b"\x04")
    with pytest.raises(Forbidden, match="anonymous"):
        authenticate(envelope_of(signed), NOW_NS)


def test_signatures_of_a_wrong_length_and_foreign_keys_do_not_hold() -> None:
    """Zeros, short ones, and keys that are no such keys."""
    for key in KEYS.values():
        for signature in (b"", bytes(63), bytes(64), bytes(65), b"\xff" * 64):
            assert not holds(key.der, b"message", signature)
    assert not holds(b"", b"message", bytes(64))
    assert not holds(b"\x30\x2a" + bytes(40), b"message", bytes(64))


def test_a_chain_of_delegations_reaches_the_sender() -> None:
    """A hardware key for a session key for a browser's key."""
    first, second, third = ed25519(1), p256(), secp256k1()
    draft = delegated(first, third, first.delegate(second), second.delegate(third))
    assert authenticate(envelope_of(draft), NOW_NS) is None


def test_a_delegation_by_somebody_else_is_forbidden() -> None:
    """Each step is signed by the key before it."""
    first, second, third = ed25519(1), ed25519(2), ed25519(3)
    draft = delegated(first, second, third.delegate(second))
    with pytest.raises(Forbidden, match="Invalid delegation"):
        authenticate(envelope_of(draft), NOW_NS)


def test_an_expired_delegation_is_malformed() -> None:
    """As on the real network, expiry is the one failure with 400."""
    first, second = ed25519(1), ed25519(2)
    draft = delegated(first, second, first.delegate(second, expiration_ns=NOW_NS - 1))
    with pytest.raises(Malformed, match="Specified sender delegation has expired"):
        authenticate(envelope_of(draft), NOW_NS)


def test_a_circle_of_delegations_is_forbidden() -> None:
    """No key may occur twice."""
    first, second = ed25519(1), ed25519(2)
    draft = delegated(first, first, first.delegate(second), second.delegate(first))
    with pytest.raises(Forbidden, match="twice"):
        authenticate(envelope_of(draft), NOW_NS)


def test_targets_bound_the_canisters_that_may_be_called() -> None:
    """A delegation for one canister opens no other."""
    first, second = ed25519(1), ed25519(2)
    allowed = delegated(first, second, first.delegate(second, targets=[CANISTER]))
    assert authenticate(envelope_of(allowed), NOW_NS) == frozenset({CANISTER})
    refused = delegated(first, second, first.delegate(second, targets=[OTHER]))
    with pytest.raises(Forbidden, match="targets"):
        authenticate(envelope_of(refused), NOW_NS)


def test_targets_of_a_chain_intersect() -> None:
    """Each step can only narrow what the one before it allowed."""
    one, both = frozenset({CANISTER}), frozenset({CANISTER, OTHER})
    assert common_targets([both, None, one]) == one
    assert common_targets([one, frozenset({OTHER})]) == frozenset()
    assert common_targets([None, None]) is None


def test_a_delegation_for_queries_makes_no_calls() -> None:
    """Its key may look and not touch."""
    first, second = ed25519(1), ed25519(2)
    step = first.delegate(second, permissions="queries")
    assert authenticate(envelope_of(delegated(first, second, step, kind="query")), NOW_NS) is None
    with pytest.raises(Forbidden, match="queries only"):
        authenticate(envelope_of(delegated(first, second, step)), NOW_NS)


def test_reading_the_state_reports_the_targets() -> None:
    """Which request may be read is for the state's own rules to say."""
    first, second = ed25519(1), ed25519(2)
    step = first.delegate(second, targets=[OTHER])
    draft = replace(read_state([b"time"], key=first), delegations=(step,), signer=second)
    assert authenticate(read_read_state(draft.body())[0], NOW_NS) == frozenset({OTHER})
