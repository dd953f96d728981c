"""Messages from text and to text, as `ic.candid_encode` and `ic.candid_decode` make them."""

from __future__ import annotations

import pytest
from kybra import CandidError

from kybra_replica.candid.errors import CandidDecodeError, CandidTextError
from kybra_replica.candid.text.messages import decode_text, encode_text
from kybra_replica.worker.candid_api import CandidApi


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("()", b"DIDL\0\0"),
        ("(5)", b"DIDL\0\x01\x7c\x05"),
        ("(5 : nat64)", b"DIDL\0\x01\x78\x05\0\0\0\0\0\0\0"),
        ("(1.0)", b"DIDL\0\x01\x72\0\0\0\0\0\0\xf0\x3f"),
        ('("a", true, null)', b"DIDL\0\x03\x71\x7e\x7f\x01a\x01"),
        ("(opt null)", b"DIDL\x01\x6e\x7f\x01\0\x01"),
        ("(vec {})", b"DIDL\x01\x6d\x6f\x01\0\0"),
        ("(vec { 1 : nat8; 2 })", b"DIDL\x01\x6d\x7b\x01\0\x02\x01\x02"),
        ('(blob "\\ff")', b"DIDL\x01\x6d\x7b\x01\0\x01\xff"),
        ("(record { 5; true })", b"DIDL\x01\x6c\x02\0\x7c\x01\x7e\x01\0\x05\x01"),
        ("(variant { 7 })", b"DIDL\x01\x6b\x01\x07\x7f\x01\0\0"),
        ('(service "aaaaa-aa")', b"DIDL\x01\x69\0\x01\0\x01\0"),
        ('(func "aaaaa-aa".m)', b"DIDL\x01\x6a\0\0\0\x01\0\x01\x01\0\x01m"),
        ("(null : opt nat)", b"DIDL\x01\x6e\x7d\x01\0\0"),
        ("(vec { opt 1; null })", b"DIDL\x02\x6d\x01\x6e\x7c\x01\0\x02\x01\x01\0"),
    ],
)
def test_a_text_is_encoded_as_it_looks(text: str, message: bytes) -> None:
    """Numbers are int, those with a point float64, a vector is of its first element's type."""
    assert encode_text(text) == message


@pytest.mark.parametrize(
    "text",
    ["", "(", "(5", "5", "(5 : Missing)", "(-1 : nat)", "(vec { 1; true })", '("\\ff")',
     "(vec { variant { a }; variant { b } })", "(record { a = 1; 97 = 2 })", "(\udc80)"],
)  # fmt: skip
def test_a_wrong_text_is_refused(text: str) -> None:
    """Also a vector whose elements differ."""
    with pytest.raises(CandidTextError):
        encode_text(text)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (b"DIDL\0\0", "()"),
        (b"DIDL\0\x01\x7d\x80\x08", "(1_024 : nat)"),
        (b"DIDL\x01\x6c\x01\xd3\xe3\xaa\x02\x7e\x01\0\x01", "(record { 4_895_187 = true })"),
        (b"DIDL\x01\x6b\x02\0\x7f\x01\x7d\x01\0\x01\x05", "(variant { 1 = 5 : nat })"),
        (b"DIDL\x01\x6e\0\x01\0\x01\x01\0", "(opt opt null)"),
        (b"DIDL\x01\x6d\x7b\x01\0\x02hi", '(blob "hi")'),
        (b"DIDL\x01\x60\0\x01\0\x01\0x", "(null : reserved)"),
        (b"DIDL\x01\x69\x01\x01m\0\0", None),
        (b"DIDL\0\x01\x6f", None),
        (b"DIDL\x01\x6d\x7f\x01\0\x80\x94\xeb\xdc\x03", None),
        (b"DIDL\0\0\0", None),
        (b"", None),
    ],
)
def test_a_message_is_written_by_its_own_types(message: bytes, text: str | None) -> None:
    """Field ids stand for names; None means that it is refused."""
    if text is not None:
        assert decode_text(message) == text
        return
    with pytest.raises(CandidDecodeError):
        decode_text(message)


def test_a_table_of_many_types_takes_linear_time() -> None:
    """Thirty thousand types, each an opt of the next."""
    count = 30_000
    entries = b"".join(b"\x6e" + sleb(at) for at in range(1, count)) + b"\x6e\x7d"
    message = b"DIDL" + uleb(count) + entries + b"\x01\0\x01\0"
    assert decode_text(message) == "(opt null)"


def uleb(number: int) -> bytes:
    """Encode a natural number of up to three groups."""
    return bytes((number & 127 | 128, number >> 7 & 127 | 128, number >> 14))


def sleb(number: int) -> bytes:
    """Encode an index as the table refers to it."""
    return bytes((number & 127 | 128, number >> 7 & 127 | 128, number >> 14))


def test_the_canisters_functions_raise_kybras_error() -> None:
    """`CandidError` for what is no Candid, TypeError for what is neither text nor bytes."""
    api = CandidApi()
    assert api.candid_decode(bytearray(api.candid_encode('(record { a = "x" })'))) == (
        '(record { 97 = "x" })'
    )
    with pytest.raises(CandidError, match="expected a value, found end of text at line 1"):
        api.candid_encode("(")
    with pytest.raises(CandidError, match="Cannot parse header"):
        api.candid_decode(b"DIDX")
    with pytest.raises(TypeError, match="Expected type 'str' but 'int' found"):
        api.candid_encode(5)
    with pytest.raises(TypeError, match="Expected type 'bytes' but 'str' found"):
        api.candid_decode("DIDL")
