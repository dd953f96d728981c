"""The representation-independent hash."""

from __future__ import annotations

from hashlib import sha256

import pytest

from kybra_replica.ic_http.request_id import hash_of, hash_of_map

SPECIFIED = {
    "request_type": "call",
    "sender": b"\x04",
    "ingress_expiry": 1_685_570_400_000_000_000,
    "canister_id": bytes.fromhex("00000000000004d2"),
    "method_name": "hello",
    "arg": b"DIDL\x00\xfd*",
}


def test_the_specifications_example_has_its_request_id() -> None:
    """The interface specification states the request id of one call."""
    expected = "1d1091364d6bb8a6c16b203ee75467d59ead468f523eb058880ae8ec80e2b101"
    assert hash_of_map(SPECIFIED).hex() == expected


def test_the_order_of_fields_does_not_matter() -> None:
    """Two maps with the same fields have one hash."""
    assert hash_of_map(dict(reversed(SPECIFIED.items()))) == hash_of_map(SPECIFIED)


def test_numbers_hash_as_leb128_and_texts_as_utf8() -> None:
    """624485 is the classical LEB128 example."""
    assert hash_of(624_485) == sha256(bytes.fromhex("e58e26")).digest()
    assert hash_of("é") == sha256("é".encode()).digest()


def test_lists_hash_their_items_hashes_and_maps_nest() -> None:
    """A query's answer nests a map, a delegation's targets are a list."""
    assert hash_of([b"a", b"b"]) == sha256(hash_of(b"a") + hash_of(b"b")).digest()
    assert hash_of({"reply": {"arg": b""}}) == hash_of_map({"reply": {"arg": b""}})


@pytest.mark.parametrize("value", [-1, 1.5, None, True])
def test_what_has_no_hash_is_refused(value: object) -> None:
    """Negative numbers, floats, null and booleans are in no request."""
    with pytest.raises(TypeError):
        hash_of(value)
