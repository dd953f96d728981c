"""Prices against those measured on PocketIC 10, and the refusal of too few cycles."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from kybra_replica.outcalls.pricing import fee_cycles, request_bytes, too_few_cycles
from kybra_replica.outcalls.request import OutcallFailure, OutcallRequest, Transform

BARE = OutcallRequest("", "post", (), None, 0, None, is_replicated=False)


def test_every_part_of_a_request_is_charged_by_its_bytes() -> None:
    """URL, header names and values, body, transform name and context count; principals do not."""
    request = OutcallRequest(
        "https://ü/",
        "post",
        (("name", "value"), ("n", "")),
        b"12345678",
        None,
        Transform("aaaaa-aa", "trim", b"123"),
        is_replicated=True,
    )
    assert request_bytes(request) == 11 + 9 + 1 + 8 + 4 + 3


def test_the_measured_price_of_a_body_of_700_bytes_is_met() -> None:
    """16,000 response bytes and 758 request bytes, 700 of them body, cost 219,481,600."""
    request = replace(BARE, url="u" * 58, body=b"b" * 700, max_response_bytes=16_000)
    assert fee_cycles(request) == 219_481_600
    assert fee_cycles(replace(request, is_replicated=True)) == 219_481_600


def test_the_measured_price_in_the_refusal_text_is_met() -> None:
    """2,000 response bytes and 24 request bytes cost 70,064,800."""
    request = replace(BARE, url="http://127.0.0.1:45123/x", max_response_bytes=2_000)
    assert fee_cycles(request) == 70_064_800


def test_no_limit_given_is_charged_as_two_million_bytes() -> None:
    """That is 20.85 billion cycles for nearly any request."""
    request = replace(BARE, max_response_bytes=None)
    assert fee_cycles(request) == 20_849_140_000
    assert fee_cycles(request) == fee_cycles(replace(request, max_response_bytes=2_000_000))


def test_a_subnet_of_34_nodes_charges_the_published_figures() -> None:
    """171,360,000 and 13,600 a request byte and 27,200 a response byte."""
    assert fee_cycles(BARE, nodes=34) == 171_360_000
    assert fee_cycles(replace(BARE, body=b"b"), nodes=34) == 171_360_000 + 13_600
    assert fee_cycles(replace(BARE, max_response_bytes=1), nodes=34) == 171_360_000 + 27_200


@settings(deadline=None)
@given(body=st.binary(max_size=200), limit=st.integers(0, 2_000_000))
def test_the_price_on_13_nodes_is_linear_in_both_sizes(body: bytes, limit: int) -> None:
    """49,140,000 + 5,200 a request byte + 10,400 a response byte, whatever the sizes."""
    request = replace(BARE, body=body, max_response_bytes=limit)
    assert fee_cycles(request) == 49_140_000 + 5_200 * len(body) + 10_400 * limit


def test_too_few_cycles_names_both_figures() -> None:
    """The refusal groups digits by underscores, as the platform does."""
    assert too_few_cycles(1_000, 70_064_800) == OutcallFailure(
        4, "http_request request sent with 1_000 cycles, but 70_064_800 cycles are required."
    )
