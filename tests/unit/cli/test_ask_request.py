"""What a person types becomes a request exactly, and what canisters refuse becomes words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refrain.client.ask_request import extra_of, micros
from refrain.client.refusal_texts import refusal_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", 0), ("0.0", 0), ("1", 10**6), ("0.7", 700_000), ("0.000001", 1), ("2e-6", 2)],
)
def test_a_decimal_becomes_millionths(text: str, expected: int) -> None:
    """No binary fraction in between: 0.7 is 700,000 exactly."""
    assert micros(text) == expected


@given(st.integers(0, 2**32 - 1))
def test_every_count_of_millionths_can_be_typed(count: int) -> None:
    """Written with six places, each comes back as it was."""
    assert micros(f"{count // 10**6}.{count % 10**6:06}") == count


@pytest.mark.parametrize("text", ["", "x", "nan", "inf", "-0.1", "0.0000001", "1,5", "1e-7"])
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    """The error quotes what was typed."""
    with pytest.raises(ValueError, match=r"is not a number|at most six places"):
        micros(text)


def test_typed_parameters_become_one_object() -> None:
    """Written in the one form that the key has; none at all is no object."""
    assert extra_of(["top_k=4e1", 'tools=[{"b":1,"a":"x=y"}]']) == (
        '{"tools":[{"a":"x=y","b":1}],"top_k":40}'
    )
    assert extra_of([]) is None


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (["top_k"], "name=json"),
        (["top_k=1", "top_k=2"], "once"),
        (["effort=high"], "needs quotes"),
        (["temperature=1"], "field of its own"),
        (["Stream=true"], "does not change the answer"),
        (["n=2"], "one text"),
        (["a b=1"], "ASCII letters"),
    ],
)
def test_a_parameter_that_has_no_place_is_refused(parameters: list[str], words: str) -> None:
    """The error quotes it and says why."""
    with pytest.raises(ValueError, match=words):
        extra_of(parameters)


@pytest.mark.parametrize(
    ("refusal", "text"),
    [
        ({"BadRequest": "the prompt is empty."}, "BadRequest: the prompt is empty."),
        (
            {"TooLarge": {"unit": "characters", "size": 70_000, "limit": 64_000}},
            "TooLarge: 70,000 characters, and the limit is 64,000.",
        ),
        (
            {"TooFewCycles": {"expected": 2000, "received": 10}},
            "TooFewCycles: 2,000 cycles are needed and 10 are there.",
        ),
        ({"Busy": {"retry_after_s": None}}, "Busy: try again later."),
        ({"RateLimited": {"retry_after_s": 3}}, "RateLimited: try again in 3 seconds."),
        (
            {"ProviderError": {"status": 500, "detail": "server_error"}},
            "ProviderError: the model's server answered with HTTP status 500: server_error",
        ),
        ({"SomethingNew": {"a": 1}}, "SomethingNew: {'a': 1}"),
    ],
)
def test_each_refusal_is_a_sentence(refusal: dict[str, object], text: str) -> None:
    """Numbers with their units, and a kind not yet known still says what it holds."""
    assert refusal_text(refusal) == text
