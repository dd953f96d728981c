"""Quotas of tenants: what each may use within an hour or a day of the clock.

A window is an hour or a day counted from the epoch, so that all tenants' windows turn at once and
whoever was idle is forgotten with the counts of the last one. A limit of N admits at most N within
a window, and so at most two times N within any hour or day that is not the clock's.
"""

from typing import Any, NamedTuple

from refrain_core.limits import NANOSECONDS
from refrain_core.refusals import not_allowed, rate_limited

HOUR_NS = 3_600 * NANOSECONDS
DAY_NS = 86_400 * NANOSECONDS


class Limits(NamedTuple):
    """One tenant's quota: requests an hour, cycles a day, tickets that wait; None is no limit.

    models: whole names, or bare ones for all their versions; none allows every model.
    """

    requests: "int | None" = None
    cycles: "int | None" = None
    waiting: "int | None" = None
    models: "tuple[str, ...]" = ()


class WindowCounts:
    """What each tenant used in the window of now; those of the last one are dropped as a whole."""

    def __init__(self, length_ns: int) -> None:
        """Begin with nothing used."""
        self._length_ns = length_ns
        self._counts: dict[str, int] = {}
        self.window = 0

    def __len__(self) -> int:
        """Count the tenants that used anything."""
        return len(self._counts)

    def used(self, tenant: str, now_ns: int) -> int:
        """Return what a tenant used."""
        self.turn(now_ns)
        return self._counts.get(tenant, 0)

    def add(self, tenant: str, amount: int, now_ns: int) -> None:
        """Count so much more."""
        self._counts[tenant] = self.used(tenant, now_ns) + amount

    def correct(self, tenant: str, amount: int, window: int) -> None:
        """Count so much more, or less, of a window that may be over by now."""
        if window == self.window:
            self._counts[tenant] = self._counts.get(tenant, 0) + amount

    def ends_ns(self, now_ns: int) -> int:
        """Return when the window ends."""
        self.turn(now_ns)
        return (self.window + 1) * self._length_ns

    def turn(self, now_ns: int) -> None:
        """Begin the window of now, if that is another one."""
        window = now_ns // self._length_ns
        # A clock that went back opens no window a second time.
        if window > self.window:
            self.window = window
            self._counts = {}


class Quotas:
    """The counts, in the heap alone. Cycles are held at their worst case until they are booked."""

    def __init__(self) -> None:
        """Begin with nothing used."""
        self.requests = WindowCounts(HOUR_NS)
        self.cycles = WindowCounts(DAY_NS)
        self._holds: dict[int, tuple[str, int, int]] = {}

    def refuse_request(self, tenant: str, limits: Limits, now_ns: int) -> "dict[str, Any] | None":
        """Refuse one request more than a tenant may make within an hour."""
        most = limits.requests
        if most is None or self.requests.used(tenant, now_ns) < most:
            return None
        if most == 0:
            return not_allowed("your quota has no requests: a controller raises it by set_quota")
        return rate_limited(_seconds(self.requests.ends_ns(now_ns) - now_ns))

    def refuse_cost(
        self, tenant: str, limits: Limits, cost_cycles: int, now_ns: int
    ) -> "dict[str, Any] | None":
        """Refuse what may cost more than is left of a tenant's day."""
        most = limits.cycles
        if most is None or not cost_cycles:
            return None
        if self.cycles.used(tenant, now_ns) + cost_cycles <= most:
            return None
        if cost_cycles > most:
            text = f"this may cost {cost_cycles} cycles and your quota is {most} a day: ask for"
            return not_allowed(f"{text} fewer tokens, or have a controller raise it by set_quota")
        return rate_limited(_seconds(self.cycles.ends_ns(now_ns) - now_ns))

    def hold(self, token: int, tenant: str, cycles: int, now_ns: int) -> None:
        """Count the worst case of a flight."""
        self.cycles.add(tenant, cycles, now_ns)
        self._holds[token] = (tenant, cycles, self.cycles.window)

    def draw(self, token: int, cycles: int) -> None:
        """Take what one of several calls cost out of what is held for all."""
        held = self._holds.get(token)
        if held is not None:
            tenant, left, window = held
            self._holds[token] = (tenant, left - cycles, window)

    def release(self, token: int, cycles: int) -> None:
        """Count what a flight cost in place of its worst case; it counts for the day it began."""
        held = self._holds.pop(token, None)
        if held is not None:
            tenant, left, window = held
            self.cycles.correct(tenant, cycles - left, window)

    def sweep(self, now_ns: int) -> None:
        """Forget the holds of days before, whose flights nobody booked."""
        self.cycles.turn(now_ns)
        window = self.cycles.window
        for token in [token for token, held in self._holds.items() if held[2] < window]:
            del self._holds[token]


def refuse_models(limits: Limits, models: "list[str]") -> "dict[str, Any] | None":
    """Refuse a request that asks a model, by its whole name, which a tenant may not ask."""
    for model in models if limits.models else []:
        if model not in limits.models and model.partition("@")[0] not in limits.models:
            allowed = ", ".join(limits.models)
            return not_allowed(f"you may not ask {model[:80]}: ask one of {allowed[:800]}")
    return None


def _seconds(span_ns: int) -> int:
    return -(-span_ns // NANOSECONDS)
