"""The parts of a request are short, and say which field differs."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refrain_core.request_parts import (
    MAX_PARTS_CHARACTERS,
    differing_fields,
    messages_hash,
    parts_text,
)
from tests.unit.refrain_core.test_canonical import request

STEADY = settings(deadline=None, derandomize=True, max_examples=300)
MODEL = "m@1:q4"
CHANGES: dict[str, dict[str, Any]] = {
    "messages": {"messages": [{"role": "user", "content": "other"}]},
    "temperature": {"temperature_micros": 1},
    "top_p": {"top_p_micros": 500_000},
    "max_tokens": {"max_tokens": 64},
    "seed": {"seed": 0},
    "stop": {"stop": ["n;", "s1:|"]},
    "response_format": {"response_format": '{"type":"object"}'},
    "extra.top_k": {"extra": '{"top_k":40}'},
}
EXTRAS = st.dictionaries(
    st.sampled_from(["top_k", "min_p", "tools"]),
    st.sampled_from([0, 1, "1", True, [], {"a": "}|;"}]),
)


def compared(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Name the fields in which two requests of one asker differ."""
    return differing_fields(parts_text(one), "public", MODEL, parts_text(other), "public", MODEL)


@STEADY
@given(st.sets(st.sampled_from(sorted(CHANGES))), st.sets(st.sampled_from(sorted(CHANGES))))
def test_exactly_the_changed_fields_are_named(one: set[str], other: set[str]) -> None:
    """Whatever else two requests share or not."""

    def changed(names: set[str]) -> dict[str, Any]:
        fields = [CHANGES[name] for name in sorted(names)]
        return request(**{name: value for each in fields for name, value in each.items()})

    assert set(compared(changed(one), changed(other))) == one ^ other


@STEADY
@given(EXTRAS, EXTRAS)
def test_further_parameters_are_named_one_by_one(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    """Present on one side only, or different on both: 1 is neither "1" nor true."""
    expected = [
        f"extra.{name}"
        for name in sorted({*one, *other})
        if json.dumps(one.get(name)) != json.dumps(other.get(name))
    ]
    found = compared(request(extra=json.dumps(one)), request(extra=json.dumps(other)))
    assert found == expected


def test_where_and_of_which_model_is_named_too() -> None:
    """Namespace, model, revision and quantization come with the parts."""
    parts = parts_text(request())
    found = differing_fields(parts, "public", "m@1:q4", parts, "shared:a", "n@2:q8")
    assert found == ["namespace", "model", "revision", "quantization"]
    assert differing_fields(parts, "a", "m@1:q4", parts, "a", "m@1:q8") == ["quantization"]


@STEADY
@given(st.lists(st.text(max_size=256), max_size=8), st.text(max_size=300), st.text(max_size=300))
def test_parts_are_short_ascii(stops: list[str], schema: str, value: str) -> None:
    """However long the parameters: a long one is hashed, and still told from another."""
    made = request(
        seed=2**64 - 1,
        max_tokens=2**32 - 1,
        stop=stops,
        response_format=schema,
        extra=json.dumps({"grammar": value}),
    )
    text = parts_text(made)
    assert len(text) <= MAX_PARTS_CHARACTERS
    assert text.isascii()
    assert text.startswith(messages_hash(made) + "|")
    assert compared(made, made) == []
    longer = {**made, "stop": [*stops, "x"], "extra": json.dumps({"grammar": value + "x" * 200})}
    assert [name.partition(".")[0] for name in compared(made, longer)] == ["stop", "extra"]


@pytest.mark.parametrize("text", ["", "x", "h|i1;i1;", "h|i1;i1;i1;i1;l0;n;n;more", "|;;;;l1;x"])
def test_what_are_no_parts_is_an_error(text: str) -> None:
    """A damaged text is never taken for an equal one."""
    with pytest.raises((ValueError, IndexError)):
        differing_fields(text, "", MODEL, text, "", MODEL)
