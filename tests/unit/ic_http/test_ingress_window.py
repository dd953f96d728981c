"""The window in which a request may be sent."""

from __future__ import annotations

import pytest

from kybra_replica.ic_http.ingress_window import WINDOW_NS, check_expiry, instant_text
from kybra_replica.ic_http.refusals import Malformed
from tests.unit.ic_http.signed_requests import NOW_NS


@pytest.mark.parametrize("expiry_ns", [NOW_NS, NOW_NS + WINDOW_NS])
def test_both_ends_of_the_window_are_within(expiry_ns: int) -> None:
    """From now to five and a half minutes from now."""
    check_expiry(expiry_ns, NOW_NS)


@pytest.mark.parametrize("expiry_ns", [0, NOW_NS - 1, NOW_NS + WINDOW_NS + 1, 2**64 - 1])
def test_outside_the_text_is_what_agents_look_for(expiry_ns: int) -> None:
    """Agents match "Invalid request expiry: " and synchronise their time."""
    with pytest.raises(Malformed) as refused:
        check_expiry(expiry_ns, NOW_NS)
    start = "Invalid request expiry: Specified ingress_expiry not within expected range: "
    assert str(refused.value).startswith(start)
    assert "Minimum allowed expiry: 2023-11-14 22:13:20.000000000 UTC" in str(refused.value)


def test_times_are_written_to_the_nanosecond_and_beyond_the_calendar() -> None:
    """The largest 64-bit time has no date that Python knows; it is text all the same."""
    assert instant_text(1) == "1970-01-01 00:00:00.000000001 UTC"
    assert instant_text(2**64 - 1) == "2554-07-21 23:34:33.709551615 UTC"
    assert "far future" in instant_text(10**21)
