"""The platform's limits, at their edges, and the texts of their refusals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kybra_replica.outcalls.limits import check_response, check_transformed, refusal
from kybra_replica.outcalls.request import (
    OutcallFailure,
    OutcallRequest,
    OutcallResponse,
    Transform,
)

PLAIN = OutcallRequest("https://a.example/", "post", (), b"", 2_000, None, is_replicated=False)
UNDECODABLE = "Error decoding candid: Deserialize error: The"
TOTAL = "total number of bytes to represent all http header names and values"
OK = OutcallResponse(200, (), b"")


def many_headers(count: int, value: str = "v") -> tuple[tuple[str, str], ...]:
    """`count` headers with names of two characters."""
    return tuple((f"{number:02}", value) for number in range(count))


AT_THE_EDGE = {
    "url": replace(PLAIN, url="u" * 8_192),
    "headers": replace(PLAIN, headers=many_headers(64)),
    "header value": replace(PLAIN, headers=(("n", "v" * 8_192),)),
    "header name": replace(PLAIN, headers=(("n" * 8_192, "v"),)),
    "all headers": replace(PLAIN, headers=many_headers(6, "v" * 8_190)),
    "body": replace(PLAIN, headers=(("n", "v"),), body=b"b" * 1_999_998),
    "no response bytes": replace(PLAIN, max_response_bytes=0),
    "most response bytes": replace(PLAIN, max_response_bytes=2_000_000),
    "response bytes not given": replace(PLAIN, max_response_bytes=None),
}

BEYOND_THE_EDGE = {
    "url": (replace(PLAIN, url="u" * 8_193), "url size 8193 exceeds 8192"),
    "url in bytes": (replace(PLAIN, url="ü" * 4_097), "url size 8194 exceeds 8192"),
    "headers": (
        replace(PLAIN, headers=many_headers(65)),
        f"{UNDECODABLE} number of elements exceeds maximum allowed 64",
    ),
    "header value": (
        replace(PLAIN, headers=(("n", "v" * 8_193),)),
        "number of bytes to represent some http header value 8193 exceeds 8192",
    ),
    "header name": (
        replace(PLAIN, headers=(("n" * 8_193, "v"),)),
        "number of bytes to represent some http header name 8193 exceeds 8192",
    ),
    "all headers": (
        replace(PLAIN, headers=(*many_headers(6, "v" * 8_190), ("n", ""))),
        f"{UNDECODABLE} total data size exceeds maximum allowed 49152",
    ),
    "body": (
        replace(PLAIN, body=b"b" * 2_000_001),
        f"{TOTAL} and http body 2000001 exceeds 2000000",
    ),
    "headers and body": (
        replace(PLAIN, headers=(("n", "v"),), body=b"b" * 1_999_999),
        f"{TOTAL} and http body 2000001 exceeds 2000000",
    ),
    "response bytes": (
        replace(PLAIN, max_response_bytes=2_000_001),
        "max_response_bytes expected to be in the range [0..2000000], got 2000001",
    ),
}


@pytest.mark.parametrize("name", AT_THE_EDGE)
def test_a_request_at_a_limit_is_not_refused(name: str) -> None:
    """Each limit is inclusive."""
    assert refusal(AT_THE_EDGE[name]) is None


@pytest.mark.parametrize("name", BEYOND_THE_EDGE)
def test_a_request_beyond_a_limit_is_refused_with_code_4(name: str) -> None:
    """One byte or header more is refused with the platform's text."""
    request, text = BEYOND_THE_EDGE[name]
    assert refusal(request) == OutcallFailure(4, text)


def test_a_transform_must_belong_to_the_caller() -> None:
    """Another principal's transform is refused; an unknown caller is not judged."""
    request = replace(PLAIN, transform=Transform("bbbbb-bb", "trim", b""))
    assert refusal(request) is None
    assert refusal(request, caller="bbbbb-bb") is None
    assert refusal(request, caller="ccccc-cc") == OutcallFailure(
        4, "transform principal id expected to be ccccc-cc, got bbbbb-bb"
    )


def test_a_response_may_fill_its_limit_with_headers_and_body() -> None:
    """Header names, values and the body share max_response_bytes to the last byte."""
    response = replace(OK, headers=(("n", "v"),), body=b"b" * 1_998)
    assert check_response(PLAIN, response) is None


def test_response_headers_count_towards_the_limit() -> None:
    """A body that fits alone is too large with its headers; the text names the whole limit."""
    response = replace(OK, headers=(("n", "v"),), body=b"b" * 1_999)
    assert check_response(PLAIN, response) == OutcallFailure(
        1, "Http body exceeds size limit of 2000 bytes."
    )


def test_response_headers_alone_may_exceed_the_limit() -> None:
    """With max_response_bytes 0 any header is too much."""
    request = replace(PLAIN, max_response_bytes=0)
    assert check_response(request, OK) is None
    assert check_response(request, replace(OK, headers=(("n", "v"),))) == OutcallFailure(
        1, "Header size exceeds specified response size limit 0"
    )


@pytest.mark.parametrize(
    ("response", "text"),
    [
        (
            replace(OK, headers=many_headers(65)),
            "number of all http headers 65 exceeds 64",
        ),
        (
            replace(OK, headers=(("n", "v" * 9_000),)),
            "number of bytes to represent some http header value 9000 exceeds 8192",
        ),
        (
            replace(OK, headers=many_headers(7, "v" * 8_000)),
            f"{TOTAL} 56014 exceeds 49152",
        ),
        (
            replace(OK, body=b"b" * 2_000_001),
            "Http body exceeds size limit of 2000000 bytes.",
        ),
    ],
    ids=["headers", "header value", "all headers", "body"],
)
def test_a_response_beyond_a_fixed_limit_is_rejected_with_code_1(
    response: OutcallResponse, text: str
) -> None:
    """The limits that no request can raise hold for responses too."""
    request = replace(PLAIN, max_response_bytes=None)
    assert check_response(request, response) == OutcallFailure(1, text)


def test_a_transformed_response_is_held_to_the_same_limit() -> None:
    """The transform's Candid may be as long as max_response_bytes, no longer."""
    assert check_transformed(PLAIN, 2_000) is None
    assert check_transformed(PLAIN, 2_001) == OutcallFailure(
        1, "Transformed http response exceeds limit: 2000"
    )
