"""URLs and headers that are refused before a connection is opened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kybra_replica.outcalls.http_request_checks import connecting_failed, unsendable
from kybra_replica.outcalls.request import OutcallFailure, OutcallRequest

PLAIN = OutcallRequest("https://a.example/", "get", (), None, None, None, is_replicated=False)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example",
        "HTTPS://a.example:8443/path?q=1#part",
        "http://127.0.0.1:8080/v1",
        "http://127.8.9.10/",
        "http://[::1]:8080/",
        "http://LOCALHOST/",
        "http://models.internal/",
    ],
)
def test_https_loopback_and_allowed_hosts_may_be_reached(url: str) -> None:
    """Plain http is for loopback, and for the hosts that were named."""
    assert unsendable(replace(PLAIN, url=url), {"models.internal"}) is None


@pytest.mark.parametrize(
    ("url", "code", "text"),
    [
        ("", 1, "Failed to parse URL: empty string"),
        ("https://a.example/a b", 1, "Failed to parse URL: invalid uri character"),
        ("https://a.example/\n", 1, "Failed to parse URL: invalid uri character"),
        ("https://ä.example/", 1, "Failed to parse URL: invalid uri character"),
        ("http://127.0.0.1\\@a.example/", 1, "Failed to parse URL: invalid uri character"),
        ("https://[::1/", 1, "Failed to parse URL: invalid authority"),
        ("https://a.example:99999/", 1, "Failed to parse URL: invalid authority"),
        ("https:///path", 1, "Failed to parse URL: invalid format"),
        ("notaurl", 2, "Connecting to notaurl failed: UserAbsoluteUriRequired"),
        ("ftp://a.example/", 2, "Connecting to a.example failed: unsupported scheme ftp"),
    ],
)
def test_a_url_that_cannot_be_used_fails_with_the_platform_s_text(
    url: str, code: int, text: str
) -> None:
    """Text and code are those seen on PocketIC."""
    assert unsendable(replace(PLAIN, url=url), ()) == OutcallFailure(code, text)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://a.example/", "a.example"),
        ("http://127.0.0.1@a.example/", "a.example"),
        ("http://127.0.0.1.a.example/", "127.0.0.1.a.example"),
        ("http://10.0.0.1/", "10.0.0.1"),
        ("http://0.0.0.0/", "0.0.0.0"),  # noqa: S104 - an address that must not count as loopback
    ],
)
def test_plain_http_beyond_loopback_is_refused(url: str, host: str) -> None:
    """Whatever the URL looks like, its real host decides."""
    assert unsendable(replace(PLAIN, url=url), ()) == OutcallFailure(
        1, f"Url needs to specify https scheme: plain http may not reach {host}"
    )


@pytest.mark.parametrize(
    ("header", "text"),
    [
        (("a b", "v"), "Failed to parse header name invalid HTTP header name"),
        (("", "v"), "Failed to parse header name invalid HTTP header name"),
        (("a:", "v"), "Failed to parse header name invalid HTTP header name"),
        (("a", "v\r\nx: y"), "Failed to parse header value failed to parse header value"),
        (("a", "v\x00"), "Failed to parse header value failed to parse header value"),
    ],
)
def test_a_header_that_http_cannot_carry_fails(header: tuple[str, str], text: str) -> None:
    """Control characters in values and separators in names are found before sending."""
    request = replace(PLAIN, headers=(("fine", "a\tb"), header))
    assert unsendable(request, ()) == OutcallFailure(1, text)


def test_only_fifty_characters_of_a_host_are_shown() -> None:
    """A long host does not fill the text."""
    failure = connecting_failed("h" * 60, "dns error")
    assert failure.message == f"Connecting to {'h' * 50} failed: dns error"
