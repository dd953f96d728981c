"""For how long a request may be sent, in the words that agents look for."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from kybra_replica.ic_http.refusals import Malformed
from kybra_replica.kernel.clock import NS_PER_S

LONGEST_S = 330
"""Five minutes, and half a minute for clocks that differ."""
WINDOW_NS = LONGEST_S * NS_PER_S
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_LATEST_S = int((datetime.max.replace(tzinfo=timezone.utc) - _EPOCH).total_seconds())


def check_expiry(expiry_ns: int, now_ns: int) -> None:
    """Refuse a request that expired, or that would be valid for too long.

    Agents that see "Invalid request expiry: " read the replica's time and try again.

    Raises:
        Malformed: it is outside of [now, now + 330 s].
    """
    if now_ns <= expiry_ns <= now_ns + WINDOW_NS:
        return
    raise Malformed(
        "Invalid request expiry: Specified ingress_expiry not within expected range: "
        f"Minimum allowed expiry: {instant_text(now_ns)}, "
        f"Maximum allowed expiry: {instant_text(now_ns + WINDOW_NS)}, "
        f"Provided expiry:        {instant_text(expiry_ns)}"
    )


def instant_text(at_ns: int) -> str:
    """A time as people read it; "the far future" beyond the calendar's end."""
    seconds, ns = divmod(at_ns, NS_PER_S)
    if seconds > _LATEST_S:
        return f"the far future ({at_ns} ns)"
    moment = _EPOCH + timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{ns:09d} UTC"
