"""From a body to a typed request, or to what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kybra_replica.ic_http import cbor
from kybra_replica.ic_http.envelope import read_message, read_read_state
from kybra_replica.ic_http.refusals import Malformed
from tests.unit.ic_http.signed_requests import (
    CANISTER,
    MINUTE_NS,
    NOW_NS,
    ed25519,
    message,
    p256,
    read_state,
)


def test_a_call_is_read_with_its_request_id() -> None:
    """Sender, canister, method, argument and expiry; the id is the content's hash."""
    draft = message("call", key=ed25519(), arg=b"abc").with_content(nonce=b"1234")
    envelope, call = read_message(draft.body(), "call")
    assert (call.canister_id, call.method, call.arg) == (CANISTER, "echo", b"abc")
    assert (call.sender, call.expiry_ns) == (ed25519().principal, NOW_NS + MINUTE_NS)
    assert envelope.request_id == draft.request_id


def test_the_self_describing_tag_may_be_missing() -> None:
    """Some clients send the bare map."""
    draft = message("query")
    assert read_message(cbor.encode(draft.envelope()), "query")[1].method == "echo"


def test_fields_that_are_null_count_as_missing() -> None:
    """Encoders of optional fields write null."""
    draft = message("query")
    content = {**draft.content, "nonce": None}
    written = cbor.encode(draft.content).replace(b"\xa6", b"\xa7", 1) + cbor.encode("nonce")
    body = b"\xa1" + cbor.encode("content") + written + b"\xf6"
    assert content["nonce"] is None
    assert read_message(body, "query")[0].request_id == draft.request_id


def test_paths_are_read_and_labels_may_be_texts() -> None:
    """A few clients write the names among the labels as text."""
    draft = read_state([b"time"], [b"subnet", b"\x01"])
    assert read_read_state(draft.body())[1].paths == ((b"time",), (b"subnet", b"\x01"))
    texts = read_state().with_content(paths=[["time"]])
    assert read_read_state(texts.body())[1].paths == ((b"time",),)


def test_delegations_are_read_in_their_order() -> None:
    """Keys, targets, and the permission to query only."""
    first, second = ed25519(1), p256()
    step = first.delegate(second, targets=[CANISTER], permissions="queries")
    draft = message("query", key=first)
    body = cbor.encode({**draft.envelope(), "sender_delegation": [step]})
    (delegation,) = read_message(body, "query")[0].delegations
    assert delegation.targets == frozenset({CANISTER})
    assert delegation.queries_only
    assert delegation.pubkey == second.der


WRONG_CONTENT: dict[str, dict[str, Any]] = {
    "another request type": {"request_type": "query"},
    "no request type": {"request_type": None},
    "no sender": {"sender": None},
    "a sender of 30 bytes": {"sender": bytes(30)},
    "a sender in text": {"sender": "2vxsx-fae"},
    "no expiry": {"ingress_expiry": None},
    "an expiry in text": {"ingress_expiry": "soon"},
    "no canister": {"canister_id": None},
    "a canister of 30 bytes": {"canister_id": bytes(30)},
    "no method": {"method_name": None},
    "a method in bytes": {"method_name": b"echo"},
    "a method of 20,001 bytes": {"method_name": "m" * 20_001},
    "no argument": {"arg": None},
    "an argument in text": {"arg": "DIDL"},
    "a nonce of 33 bytes": {"nonce": bytes(33)},
    "an unknown field": {"surprise": 1},
}


@pytest.mark.parametrize("changes", WRONG_CONTENT.values(), ids=WRONG_CONTENT)
def test_wrong_content_is_refused_with_400(changes: dict[str, Any]) -> None:
    """Each field that is missing, of a wrong type, or too long."""
    with pytest.raises(Malformed) as refused:
        read_message(message("call").with_content(**changes).body(), "call")
    assert refused.value.http_status == 400


STEP: dict[str, Any] = {"pubkey": b"k", "expiration": 1}
WRONG_ENVELOPES: dict[str, Any] = {
    "a number": 5,
    "an empty map": {},
    "content that is a list": {"content": []},
    "a key in text": {"sender_pubkey": "key"},
    "a key of 1,025 bytes": {"sender_pubkey": bytes(1_025)},
    "a signature of 4,097 bytes": {"sender_sig": bytes(4_097)},
    "delegations in a map": {"sender_delegation": {}},
    "21 delegations": {"sender_delegation": [{"delegation": STEP, "signature": b""}] * 21},
    "a delegation that is none": {"sender_delegation": [5]},
    "a delegation without signature": {"sender_delegation": [{"delegation": STEP}]},
    "an unknown field of one": {
        "sender_delegation": [{"delegation": {**STEP, "senders": [b""]}, "signature": b""}]
    },
    "an unknown permission": {
        "sender_delegation": [{"delegation": {**STEP, "permissions": "x"}, "signature": b""}]
    },
    "a target in text": {
        "sender_delegation": [{"delegation": {**STEP, "targets": ["x"]}, "signature": b""}]
    },
    "1,001 targets": {
        "sender_delegation": [{"delegation": {**STEP, "targets": [b""] * 1_001}, "signature": b""}]
    },
}


@pytest.mark.parametrize("wrong", WRONG_ENVELOPES.values(), ids=WRONG_ENVELOPES)
def test_wrong_envelopes_are_refused_with_400(wrong: Any) -> None:
    """What is not a map, or has keys, signatures and delegations of a wrong form."""
    partly = isinstance(wrong, dict) and wrong and "content" not in wrong
    value = {**message("call").envelope(), **wrong} if partly else wrong
    with pytest.raises(Malformed):
        read_message(cbor.encode(value), "call")


@pytest.mark.parametrize(
    "paths",
    [None, b"", [5], [[5]], [[b"time"]] * 1_001, [[b"x"] * 128]],
    ids=["none", "bytes", "a number", "a number as label", "1,001", "128 labels"],
)
def test_wrong_paths_are_refused_with_400(paths: Any) -> None:
    """At most 1,000 paths of at most 127 labels."""
    with pytest.raises(Malformed):
        read_read_state(read_state().with_content(paths=paths).body())


FIELDS = st.sampled_from(
    ["content", "sender_pubkey", "sender_sig", "sender_delegation", "request_type", "paths"]
)
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.integers(0, 2**64 - 1) | st.binary(max_size=40) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=1_000)
@given(st.dictionaries(FIELDS, ANYTHING, max_size=4))
def test_any_map_is_a_request_or_a_refusal(value: dict[str, Any]) -> None:
    """A thousand random envelopes: no other exception than Malformed."""
    for read in (read_read_state, lambda body: read_message(body, "call")):
        with pytest.raises(Malformed):
            read(cbor.encode(value))


@settings(max_examples=1_000)
@given(st.data())
def test_a_request_with_any_field_replaced_is_read_or_refused(data: st.DataObject) -> None:
    """A thousand requests with one field of anything: no other exception than Malformed."""
    draft = message("call", key=ed25519())
    name = data.draw(st.sampled_from(sorted(draft.content)))
    body = cbor.encode({"content": {**draft.content, name: data.draw(ANYTHING)}})
    try:
        read_message(body, "call")
    except Malformed:
        return
