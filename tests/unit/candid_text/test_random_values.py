"""Properties over random types and values: what is written is what is read."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kybra_replica.candid.exact import decode_exact, encode_exact
from kybra_replica.candid.exact_values import Some
from kybra_replica.candid.header import read_header
from kybra_replica.candid.model import Opt, Primitive
from kybra_replica.candid.text.messages import decode_text
from kybra_replica.candid.text.numerals import float64_text, floating, integer, integer_text
from kybra_replica.candid.text.program_parser import parse_program, parse_types
from kybra_replica.candid.text.typed import read_values
from kybra_replica.candid.text.value_text import values_text
from kybra_replica.candid.type_text import type_text
from kybra_replica.candid.wire_model import message_types
from tests.unit.candid_text.exact_samples import TABLE, TYPES, values

STEADY = settings(deadline=None, derandomize=True, max_examples=200)


@STEADY
@given(st.data())
def test_a_printed_value_reads_back(data: st.DataObject) -> None:
    """Text of values of any type is that value again at the type."""
    types = data.draw(st.lists(TYPES, max_size=3))
    sent = [data.draw(values(of)) for of in types]
    assert read_values(values_text(types, sent, TABLE), types, TABLE) == sent


@STEADY
@given(TYPES)
def test_a_printed_type_reads_back(of: object) -> None:
    """Text of any type is that type again, also as a definition."""
    text = type_text(of, TABLE)  # type: ignore[arg-type]
    found = parse_types(f"({text})", TABLE)
    assert type_text(found[0], TABLE) == text
    names = "".join(f"type {n} = {type_text(of, TABLE)};\n" for n, of in TABLE.types.items())
    assert parse_program(f"{names}type New = {text};").types.types["New"] == found[0]


@STEADY
@given(st.data())
def test_an_encoded_exact_value_decodes_to_itself(data: st.DataObject) -> None:
    """Nothing is lost in a message, not even the difference of null and opt null."""
    types = data.draw(st.lists(TYPES, max_size=3))
    sent = [data.draw(values(of)) for of in types]
    assert decode_exact(encode_exact(types, sent, TABLE), types, TABLE) == sent


@STEADY
@given(st.data())
def test_any_value_coerces_to_an_opt_of_its_type(data: st.DataObject) -> None:
    """It is present there, unless it may be null itself."""
    of = data.draw(TYPES)
    sent = data.draw(values(of))
    message = encode_exact([of], [sent], TABLE)
    nullable = isinstance(TABLE.resolve(of), Opt) or of in (
        Primitive("null"),
        Primitive("reserved"),
    )
    (found,) = decode_exact(message, [Opt(of)], TABLE)
    assert nullable or found == Some(sent)


@STEADY
@given(st.data())
def test_the_text_of_a_message_says_all_that_it_does(data: st.DataObject) -> None:
    """At the types that a message says it has, its text reads as its values."""
    types = data.draw(st.lists(TYPES, max_size=3))
    message = encode_exact(types, [data.draw(values(of)) for of in types], TABLE)
    own_types, table = message_types(read_header(message))
    found = read_values(decode_text(message), own_types, table)
    assert found == decode_exact(message, own_types, table)
    assert len(encode_exact(own_types, found, table)) >= len(types)


@STEADY
@given(st.integers())
def test_integers_print_and_read(number: int) -> None:
    """Grouped by three, whatever the size."""
    assert integer(integer_text(abs(number))) == abs(number)
    long = number**999
    assert integer(integer_text(abs(long))) == abs(long)


@STEADY
@given(st.floats(min_value=0, allow_infinity=False))
def test_floats_print_and_read(number: float) -> None:
    """Without an exponent, whatever the size."""
    assert floating(float64_text(number)) == number
    assert floating(number.hex()) == number
