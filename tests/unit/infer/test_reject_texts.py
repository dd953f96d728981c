"""What the platform's reject texts mean."""

from typing import Any

import pytest

from infer_core.reject_texts import reject_refusal, split_reject

KEYED = "Rejection code 1, Failed to parse header value Bearer sk-secret"


@pytest.mark.parametrize(
    ("reject", "tag"),
    [
        ("Rejection code 1, Timeout expired", "Timeout"),
        ("Rejection code 2, Canister http request timed out", "Timeout"),
        ("Rejection code 1, Http body exceeds size limit of 2000 bytes.", "ResponseTooLarge"),
        ("Rejection code 1, Transformed http response exceeds limit: 2000", "ResponseTooLarge"),
        (
            "Rejection code 1, Header size exceeds specified response size limit 0",
            "ResponseTooLarge",
        ),
        ("Rejection code 2, Connecting to 127.0.0.1 failed: connection refused", "Unreachable"),
        ("Rejection code 1, Failed to parse URL: empty string", "Unreachable"),
        ("Rejection code 1, Url need to specify https scheme", "Unreachable"),
        ("Rejection code 1, No consensus could be reached. Replicas had", "NoConsensus"),
        ("Rejection code 2, Couldn't send message", "Busy"),
        ("Rejection code 5, Canister aaaaa-aa is not running", "Closing"),
        ("Rejection code 5, IC0503: Error from Canister x", "Internal"),
        ("Rejection code 4, url size 8216 exceeds 8192", "Internal"),
        ("no such form", "Internal"),
        (KEYED, "Internal"),
    ],
)
def test_each_reject_has_its_refusal(reject: str, tag: str) -> None:
    """The text decides, since one code means many things."""
    assert list(reject_refusal(reject, 2_000)) == [tag]


def test_missing_cycles_are_reported_in_figures() -> None:
    """Both figures of the platform's text come back as numbers."""
    reject = (
        "Rejection code 4, http_request request sent with 1_000 cycles, "
        "but 70_064_800 cycles are required."
    )
    expected = {"OutOfCycles": {"expected": 70_064_800, "received": 1_000}}
    assert reject_refusal(reject, 2_000) == expected


@pytest.mark.parametrize(
    "figures",
    ["cycles are required", "1 2 3 cycles are required", "\u0661 \u0662 cycles are required"],
)
def test_an_unknown_text_about_cycles_is_internal(figures: str) -> None:
    """Figures are read only from the form that is known."""
    assert "Internal" in reject_refusal(f"Rejection code 4, {figures}", 1)


def test_a_reply_too_large_names_its_limit() -> None:
    """The size is at least one more than was asked for."""
    refusal: Any = reject_refusal("Rejection code 1, Http body exceeds size limit of 9 bytes.", 9)
    assert refusal["ResponseTooLarge"] == {"unit": "bytes", "size": 10, "limit": 9}


def test_a_key_in_the_platforms_text_never_comes_back() -> None:
    """The platform quotes bad header values; a refusal does not."""
    assert "sk-secret" not in str(reject_refusal(KEYED, 1))


def test_a_reject_is_split_into_code_and_text() -> None:
    """Another form keeps its text under code 0."""
    assert split_reject("Rejection code 2, a, b") == (2, "a, b")
    assert split_reject("Rejection code x, b") == (0, "Rejection code x, b")
    assert split_reject("boom") == (0, "boom")
