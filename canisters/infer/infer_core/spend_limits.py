"""What a provider or a tenant may use: calls a minute, tokens and cycles a day.

Windows are whole minutes and days of UTC. A limit of 0 is none. What is used is booked after a
call, so that calls out together may exceed a day's limit by what they cost.
"""

from typing import Any, NamedTuple

from refrain_core.limits import NANOSECONDS
from refrain_core.refusals import bad_request, rate_limited

_MINUTE_S = 60
_DAY_S = 86_400
MOST = 10**15
"""No limit is higher; who wants none says 0."""


class Limits(NamedTuple):
    """The most that may be used in a window; 0 is no limit."""

    calls_per_minute: int = 0
    tokens_per_day: int = 0
    cycles_per_day: int = 0


class Used(NamedTuple):
    """What was used in the window that `minute` and `day` name, counted since 1970."""

    minute: int = 0
    calls: int = 0
    day: int = 0
    tokens: int = 0
    cycles: int = 0


NO_LIMITS = Limits()
UNUSED = Used()


def refuse_limits(record: dict[str, Any]) -> dict[str, Any] | None:
    """Return the refusal of limits out of bounds, or None."""
    for name in Limits._fields:
        if not 0 <= record[name] <= MOST:
            return bad_request(f"{name} is {record[name]}: choose 0, for none, to {MOST}")
    return None


def refuse_overuse(limits: Limits, used: Used, now_ns: int) -> dict[str, Any] | None:
    """Refuse one more call where a window is full, with the seconds until the next begins."""
    if limits == NO_LIMITS:
        return None
    now_s = now_ns // NANOSECONDS
    current = in_window(used, now_ns)
    if limits.calls_per_minute and current.calls >= limits.calls_per_minute:
        return rate_limited(_MINUTE_S - now_s % _MINUTE_S)
    is_spent = (limits.tokens_per_day and current.tokens >= limits.tokens_per_day) or (
        limits.cycles_per_day and current.cycles >= limits.cycles_per_day
    )
    return rate_limited(_DAY_S - now_s % _DAY_S) if is_spent else None


def called(used: Used, now_ns: int) -> Used:
    """Count a call as it goes out."""
    current = in_window(used, now_ns)
    return Used(current.minute, current.calls + 1, current.day, current.tokens, current.cycles)


def spent(used: Used, now_ns: int, tokens: int, cycles: int) -> Used:
    """Book what a call took, whatever came of it."""
    current = in_window(used, now_ns)
    return Used(
        current.minute,
        current.calls,
        current.day,
        current.tokens + tokens,
        current.cycles + cycles,
    )


def in_window(used: Used, now_ns: int) -> Used:
    """Return what counts now: windows that are over begin anew at nothing."""
    now_s = now_ns // NANOSECONDS
    minute, day = now_s // _MINUTE_S, now_s // _DAY_S
    calls = used.calls if used.minute == minute else 0
    if used.day != day:
        return Used(minute, calls, day, 0, 0)
    return Used(minute, calls, day, used.tokens, used.cycles)


def pack_figures(figures: "Limits | Used") -> str:
    """Write limits, or what was used, as figures joined by ``,``."""
    return ",".join([str(figure) for figure in figures])


def unpack_limits(text: str) -> Limits:
    """Read limits that `pack_figures` wrote."""
    return Limits(*[int(part) for part in text.split(",")])


def unpack_used(text: str) -> Used:
    """Read what was used as `pack_figures` wrote it."""
    return Used(*[int(part) for part in text.split(",")])
