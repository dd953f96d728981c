"""Every bad request is refused in words that say what to do."""

from typing import Any

import pytest

from refrain_core.request_checks import check_request


def request(**fields: Any) -> dict[str, Any]:
    """Build a good request with some fields replaced."""
    good: dict[str, Any] = {
        "namespace": None,
        "model": "tiny@r1:Q4_K_M",
        "messages": [{"role": "user", "content": "hello"}],
        "max_tokens": None,
        "temperature_micros": None,
        "top_p_micros": None,
        "seed": None,
        "stop": [],
        "response_format": None,
        "extra": None,
        "cache_control": None,
        "consensus": None,
    }
    return {**good, **fields}


def user(content: str) -> dict[str, str]:
    """Build a message of the user."""
    return {"role": "user", "content": content}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"max_tokens": 1},
        {"max_tokens": 32_768},
        {"temperature_micros": 0},
        {"temperature_micros": 2_000_000},
        {"top_p_micros": 1},
        {"top_p_micros": 1_000_000},
        {"stop": ["x" * 256] * 8},
        {"messages": [user("x" * 64_000)]},
        {"messages": [user("x")] * 256},
        {"messages": [{"role": "assistant", "content": ""}, user("x")]},
        {"response_format": "json_object"},
        {"response_format": ' {"type": "object"} '},
    ],
)
def test_requests_within_the_limits_pass(fields: dict[str, Any]) -> None:
    """Each bound itself is allowed."""
    assert check_request(request(**fields)) is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"messages": []}, "empty prompt"),
        ({"messages": [user(" \n\t")]}, "empty prompt"),
        ({"messages": [{"role": "system", "content": "be brief"}]}, "empty prompt"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "unknown role"),
        ({"model": " "}, "no model named"),
        ({"max_tokens": 0}, "max_tokens is 0"),
        ({"max_tokens": 32_769}, "choose 1 to 32768"),
        ({"temperature_micros": 2_000_001}, "temperature_micros is 2000001"),
        ({"top_p_micros": 0}, "top_p_micros is 0"),
        ({"top_p_micros": 1_000_001}, "choose 1 to 1000000"),
        ({"stop": ["x"] * 9}, "9 stop texts"),
        ({"stop": [""]}, "empty stop text"),
        ({"response_format": "xml"}, "json_object"),
        ({"response_format": "\x1c{}"}, "json_object"),
    ],
)
def test_bad_requests_are_refused_with_advice(fields: dict[str, Any], words: str) -> None:
    """What can never be answered is a BadRequest that names the field."""
    refusal = check_request(request(**fields))
    assert refusal is not None
    assert words in refusal["BadRequest"]


@pytest.mark.parametrize(
    ("fields", "unit", "size", "limit"),
    [
        ({"messages": [user("x" * 60_000), user("x" * 4_001)]}, "characters", 64_001, 64_000),
        ({"messages": [user("x")] * 257}, "messages", 257, 256),
        ({"stop": ["x" * 257]}, "characters", 257, 256),
        ({"model": "m" * 201}, "characters", 201, 200),
        ({"response_format": "{" + "x" * 8_000}, "characters", 8_001, 8_000),
    ],
)
def test_sizes_over_a_limit_are_too_large(
    fields: dict[str, Any], unit: str, size: int, limit: int
) -> None:
    """The refusal states the unit, the size and the limit."""
    expected = {"TooLarge": {"unit": unit, "size": size, "limit": limit}}
    assert check_request(request(**fields)) == expected
