"""Further parameters have one form for one meaning, and names that have no place are refused."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refrain_core.extra_parameters import canonical_extra, check_extra, parse_extra
from refrain_core.json_numbers import canonical_number
from refrain_core.json_texts import parse_exact

STEADY = settings(deadline=None, derandomize=True, max_examples=500)
DIGITS = st.text(alphabet="0159", min_size=1, max_size=25)
VALUES = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Spell a JSON number in any way."""
    whole = draw(DIGITS).lstrip("0") or "0"
    fraction = draw(st.just("") | DIGITS.map(lambda digits: "." + digits))
    mark = draw(st.sampled_from(["", "e", "E", "e+", "e-"]))
    power = draw(st.sampled_from(["0", "1", "007", "22", "140"])) if mark else ""
    return draw(st.sampled_from(["", "-"])) + whole + fraction + mark + power


@STEADY
@given(numbers(), numbers())
def test_numbers_are_spelled_alike_exactly_if_they_are_equal(one: str, other: str) -> None:
    """Held against decimal arithmetic: equal values share a spelling, and it is of that value."""
    spelled = canonical_number(one)
    assert Decimal(spelled) == Decimal(one)
    assert (spelled == canonical_number(other)) == (Decimal(one) == Decimal(other))
    assert canonical_number(spelled) == spelled
    assert json.loads(spelled) == pytest.approx(json.loads(one), rel=1e-12)


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        *(("0", "0"), ("0.0", "0"), ("-0.0", "0"), ("0e5", "0"), ("1e0", "1"), ("1.0", "1")),
        *(("40.0", "40"), ("1e3", "1000"), ("0.10", "0.1"), ("1e-7", "1e-7"), ("1e-6", "0.000001")),
        *(("1e20", "1" + "0" * 20), ("1e21", "1e21"), ("-12.50", "-12.5"), ("1.5e30", "15e29")),
        ("18446744073709551615", "18446744073709551615"),
    ],
)
def test_a_number_has_one_spelling(text: str, spelled: str) -> None:
    """Plain as far as that is short, so that a server reads a whole number as one."""
    assert canonical_number(text) == spelled


@STEADY
@given(st.dictionaries(st.text(min_size=1, max_size=3), VALUES, max_size=4), st.randoms())
def test_order_and_blanks_are_no_part_of_the_form(fields: dict[str, Any], order: Any) -> None:
    """Names shuffled at every level, characters escaped or not: one text, and it means the same."""

    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            names = list(value)
            order.shuffle(names)
            return {name: shuffled(value[name]) for name in names}
        return [shuffled(one) for one in value] if isinstance(value, list) else value

    plain = json.dumps(fields, ensure_ascii=False)
    spaced = json.dumps(shuffled(fields), ensure_ascii=True, indent=2)
    assert canonical_extra(plain) == canonical_extra(spaced)
    assert json.loads(canonical_extra(plain) or "{}") == fields


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        *(("", "one JSON object"), ("[]", "one JSON object"), ("null", "one JSON object")),
        *(('{"a":1,"a":2}', "no name twice"), ('{"a":{"b":1,"\\u0062":1}}', "no name twice")),
        *(('{"a":NaN}', "one JSON object"), ('{"a":"\\ud800"}', "one JSON object")),
        *(('{"a":e}', "one JSON object"), ('{"a":' + "[" * 32 + "]" * 32 + "}", "32 levels")),
        *(('{"":1}', "1 to 64"), ('{"é":1}', "1 to 64"), ('{"\u017ftream":1}', "1 to 64")),
        *(('{"temperature":1}', "own"), ('{"Model":"x"}', "own"), ('{"MESSAGES":[]}', "own")),
        *(('{"stream":true}', "leave it out"), ('{"api_key":"sk"}', "leave it out")),
        *(('{"n":2}', "one text"), ('{"logprobs":true}', "one text")),
        *(('{"json_schema":{}}', "needs a schema"), ('{"json_schema":{"a":1}}', "no more")),
    ],
)
def test_what_has_no_place_in_extra_is_refused(extra: str, words: str) -> None:
    """The refusal names the parameter and what to do."""
    refusal = check_extra(extra, None)
    assert refusal is not None
    assert words in refusal["BadRequest"]


def test_extra_at_its_bounds_passes() -> None:
    """16,000 characters, 32 levels and a name of 64 letters; a character more is too large."""
    assert check_extra('{"a":"' + "x" * 15_992 + '"}', None) is None
    assert check_extra('{"a":' + "[" * 31 + "]" * 31 + "}", None) is None
    assert check_extra('{"' + "a" * 64 + '":1}', None) is None
    assert check_extra(None, None) is None
    assert check_extra('{"json_schema":{"strict":false}}', '{"type":"object"}') is None
    refusal = check_extra(" " * 16_001, None)
    assert refusal == {"TooLarge": {"unit": "characters", "size": 16_001, "limit": 16_000}}


def test_null_is_what_was_not_given() -> None:
    """At the top, as in OpenAI's form; deeper it is a value."""
    assert canonical_extra('{"a":null}') is None
    assert canonical_extra('{"a":{"b":null}}') == '{"a":{"b":null}}'
    assert parse_extra(None) == {}
    assert parse_exact("[null,1.50]") == [None, "1.5"]
