"""What a provider or a writer may use: calls a minute, and cycles a day.

Windows are whole minutes and days of UTC. A limit of 0 is none. A call is counted with its price as
it goes out, so that the call that reaches a day's limit is the last one of the day.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from refrain_core.limits import NANOSECONDS
from refrain_core.refusals import bad_request

_MINUTE_S = 60
_DAY_S = 86_400
MOST = 10**15
"""No limit is higher; who wants none says 0."""

MOST_LIMITED = 64
"""So many subjects of the longest name, with the highest limits, fit into one stable setting."""


class Limits(NamedTuple):
    """The most that may be used in a window; 0 is no limit."""

    calls_per_minute: int = 0
    cycles_per_day: int = 0


class Used(NamedTuple):
    """What was used in the window that `minute` and `day` name, counted since 1970."""

    minute: int = 0
    calls: int = 0
    day: int = 0
    cycles: int = 0


NO_LIMITS = Limits()
UNUSED = Used()


def refuse_limits(record: dict[str, Any]) -> dict[str, Any] | None:
    """Return the refusal of limits out of bounds, or None."""
    for name in Limits._fields:
        if not 0 <= record[name] <= MOST:
            return bad_request(f"{name} is {record[name]}: choose 0, for none, to {MOST}")
    return None


def overuse_s(limits: Limits, used: Used, now_ns: int) -> int:
    """Return in how many seconds the full window ends, the day's if both are; 0 if none is full."""
    now_s = now_ns // NANOSECONDS
    current = in_window(used, now_ns)
    if limits.cycles_per_day and current.cycles >= limits.cycles_per_day:
        return _DAY_S - now_s % _DAY_S
    if limits.calls_per_minute and current.calls >= limits.calls_per_minute:
        return _MINUTE_S - now_s % _MINUTE_S
    return 0


def counted(used: Used, now_ns: int, cycles: int) -> Used:
    """Count a call and its price as it goes out."""
    current = in_window(used, now_ns)
    return Used(current.minute, current.calls + 1, current.day, current.cycles + cycles)


def in_window(used: Used, now_ns: int) -> Used:
    """Return what counts now: windows that are over begin anew at nothing."""
    now_s = now_ns // NANOSECONDS
    minute, day = now_s // _MINUTE_S, now_s // _DAY_S
    calls = used.calls if used.minute == minute else 0
    return Used(minute, calls, day, used.cycles if used.day == day else 0)


def pack_limits(limits_of: Mapping[str, Limits]) -> str:
    """Write everybody's limits: a line each, of a subject and its figures."""
    lines = [f"{name} {one[0]} {one[1]}" for name, one in sorted(limits_of.items())]
    return "\n".join(lines)


def unpack_limits(text: str) -> dict[str, Limits]:
    """Read what `pack_limits` wrote."""
    rows = [line.split(" ") for line in text.split("\n") if line]
    return {name: Limits(int(calls), int(cycles)) for name, calls, cycles in rows}
