"""Random and damaged text and bytes: each parser answers, or raises its one exception."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kybra_replica.candid.errors import CandidDecodeError, CandidTextError
from kybra_replica.candid.exact import decode_exact, encode_exact
from kybra_replica.candid.spec.assertions import parse_assertions
from kybra_replica.candid.text.messages import decode_text, encode_text
from kybra_replica.candid.text.program_parser import parse_program
from kybra_replica.candid.text.typed import read_values
from kybra_replica.candid.text.value_text import values_text
from tests.unit.candid_text.exact_samples import TABLE, TYPES, values

STEADY = settings(deadline=None, derandomize=True, max_examples=300)
WORDS = [
    *("(", ")", "{", "}", ";", ",", ":", "=", ".", "->", "==", "!=", "!:", "+", "-", "\n", "é"),
    *("type", "import", "service", "func", "opt", "vec", "record", "variant", "blob", "null"),
    *("principal", "true", "query", "oneway", "assert", "nat", "int", "T", "//", "/*", "*/"),
    *('"a"', '"aaaaa-aa"', '"\\ff"', "0", "7", "4294967296", "1.5", "0x1p1", "1e999"),
]
SCRIPTS = st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join) | st.text(max_size=30)
DIDL = st.binary(max_size=40).map(lambda tail: b"DIDL" + tail)


@STEADY
@given(SCRIPTS)
@example("\ud800")
@example('"\\u{ffffffffffffffffffffffff}"')
@example("type A = B; type B = A")
@example("assert" * 3)
def test_noise_is_no_program(script: str) -> None:
    """Programs, assertion files and values parse or raise CandidTextError."""
    for parse in (parse_program, parse_assertions, encode_text):
        with suppress(CandidTextError):
            parse(script)


@STEADY
@given(SCRIPTS)
def test_noise_between_parentheses_is_no_message(script: str) -> None:
    """What does encode is a message that decodes."""
    with suppress(CandidTextError):
        assert decode_text(encode_text(f"({script})")).startswith("(")


@STEADY
@given(st.data())
def test_a_damaged_text_reads_or_is_refused(data: st.DataObject) -> None:
    """One character less, or another one, at any place."""
    of = data.draw(TYPES)
    text = values_text([of], [data.draw(values(of))], TABLE)
    at = data.draw(st.integers(0, len(text) - 1))
    damaged = text[:at] + data.draw(st.sampled_from(["", '"', "(", "}", "9", "-"])) + text[at + 1 :]
    with suppress(CandidTextError):
        read_values(damaged, [of], TABLE)


@STEADY
@given(DIDL)
def test_noise_is_no_message(message: bytes) -> None:
    """Bytes decode or raise CandidDecodeError."""
    with suppress(CandidDecodeError):
        decode_text(message)


@STEADY
@given(st.data())
def test_a_damaged_message_reads_or_is_refused(data: st.DataObject) -> None:
    """One byte changed, at any type."""
    sent, expected = data.draw(TYPES), data.draw(TYPES)
    message = bytearray(encode_exact([sent], [data.draw(values(sent))], TABLE))
    message[data.draw(st.integers(4, len(message) - 1))] = data.draw(st.integers(0, 255))
    with suppress(CandidDecodeError):
        decode_exact(bytes(message), [expected], TABLE)
    with suppress(CandidDecodeError):
        decode_text(bytes(message))
