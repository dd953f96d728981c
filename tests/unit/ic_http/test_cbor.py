"""CBOR as requests use it; everything else is refused, quickly."""

from __future__ import annotations

import math
import time
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kybra_replica.ic_http import cbor
from kybra_replica.ic_http.refusals import Malformed

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.integers(0, 2**64 - 1) | st.binary(max_size=300) | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=8,
)


def depth(value: Any) -> int:
    """Levels of lists and maps."""
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 0


@given(VALUES.filter(lambda value: depth(value) <= cbor.MAX_DEPTH))
def test_values_survive_both_ways_and_agree_with_another_implementation(value: Any) -> None:
    """What we write is what cbor2 writes, and we read it back, tagged or not."""
    written = cbor.encode(value)
    assert written == cbor2.dumps(value)
    assert cbor.decode(written) == value
    assert cbor.decode(cbor.encode_self_described(value)) == value


def without_counts(value: Any) -> bytes:
    """A value as CBOR whose arrays and maps end by a break."""
    if isinstance(value, list):
        return b"\x9f" + b"".join(map(without_counts, value)) + b"\xff"
    if isinstance(value, dict):
        pairs = (cbor.encode(key) + without_counts(held) for key, held in value.items())
        return b"\xbf" + b"".join(pairs) + b"\xff"
    return cbor.encode(value)


@given(VALUES.filter(lambda value: depth(value) <= cbor.MAX_DEPTH))
def test_arrays_and_maps_may_come_without_a_count(value: Any) -> None:
    """A real replica's answer to a query is such a map; cbor2 reads the same."""
    assert cbor.decode(without_counts(value)) == value == cbor2.loads(without_counts(value))


@given(st.dictionaries(st.text(max_size=6), VALUES, max_size=4))
def test_a_querys_answer_is_such_a_map(fields: dict[str, Any]) -> None:
    """What is written without a count reads as the same map, by cbor2 too."""
    written = cbor.encode_uncounted(fields)
    assert cbor2.loads(written) == fields
    assert written[3:4] == b"\xbf"


def test_a_count_of_31_is_a_count() -> None:
    """31 is what marks an open array in the head itself, and an ordinary length behind it."""
    assert cbor.decode(cbor.encode([0] * 31)) == [0] * 31


def test_null_and_booleans_are_read() -> None:
    """Optional fields may be null; booleans are read so that their field is named as wrong."""
    assert cbor.decode(cbor2.dumps([None, True, False, -5])) == [None, True, False, -5]


HOSTILE = {
    "nothing": b"",
    "trailing bytes": b"\x00\x00",
    "deep arrays": b"\x81" * 100_000 + b"\x00",
    "deep maps": b"\xa1\x61a" * 50_000 + b"\x00",
    "deep tags": b"\xd9\xd9\xf7" * 50_000 + b"\x00",
    "huge bytes": b"\x5b" + b"\xff" * 8,
    "huge text": b"\x7b" + b"\xff" * 8,
    "huge array": b"\x9b" + b"\xff" * 8,
    "huge map": b"\xbb" + b"\xff" * 8,
    "many values": b"\x9a\x00\x10\x00\x00" + b"\x00" * 0x100000,
    "indefinite bytes": b"\x5f\x41a\xff",
    "indefinite text": b"\x7f\x61a\xff",
    "an indefinite array without end": b"\x9f\x00",
    "an indefinite map without end": b"\xbf\x61a\x00",
    "an indefinite map that ends behind a key": b"\xbf\x61a\xff",
    "deep indefinite arrays": b"\x9f" * 100_000 + b"\xff" * 100_000,
    "many values without a count": b"\x9f" + b"\x00" * 0x100000 + b"\xff",
    "duplicate keys without a count": b"\xbf\x61a\x00\x61a\x01\xff",
    "a lone break": b"\xff",
    "a tagged bignum": b"\xc2\x41\x01",
    "a tag within": b"\x81\xd9\xd9\xf7\x00",
    "the tag twice": b"\xd9\xd9\xf7\xd9\xd9\xf7\x00",
    "duplicate keys": b"\xa2\x61a\x00\x61a\x01",
    "a number as key": b"\xa1\x00\x00",
    "bytes as key": b"\xa1\x41a\x00",
    "an array as key": b"\xa1\x80\x00",
    "NaN": cbor2.dumps(math.nan),
    "a double": b"\xfb" + b"\x00" * 8,
    "undefined": b"\xf7",
    "a simple value": b"\xf8\xff",
    "a reserved head": b"\x1c",
    "bad UTF-8": b"\x61\xff",
    "half a head": b"\x19\x01",
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_bytes_are_refused_at_once(data: bytes) -> None:
    """Depth, promised sizes, texts in pieces, tags, duplicates and floats end in a refusal."""
    started = time.perf_counter()
    with pytest.raises(Malformed):
        cbor.decode(data)
    assert time.perf_counter() - started < 0.5


@settings(max_examples=2_000)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_value_or_a_refusal(data: bytes) -> None:
    """Two thousand random inputs: no other exception."""
    try:
        cbor.decode(data)
    except Malformed:
        return


@settings(max_examples=1_000)
@given(VALUES, st.data())
def test_damaged_values_are_a_value_or_a_refusal(value: Any, data: st.DataObject) -> None:
    """A thousand well-formed inputs with one byte changed: no other exception."""
    written = bytearray(cbor.encode(value))
    at = data.draw(st.integers(0, len(written) - 1))
    written[at] = data.draw(st.integers(0, 255))
    try:
        cbor.decode(bytes(written))
    except Malformed:
        return


def test_numbers_beyond_64_bits_are_not_written() -> None:
    """There is no form for them without a tag."""
    with pytest.raises(OverflowError):
        cbor.encode(2**64)
