"""The part of `_kybra_ic` about timers: whole seconds, lost at an upgrade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.metering import prices

if TYPE_CHECKING:
    from kybra_replica.worker.runtime import Runtime

MAX_DELAY_S = 2**34
"""Longer delays overflow the platform's nanosecond clock."""


class TimerApi:
    """Sets and clears timers; the callables stay in this process's heap."""

    _runtime: Runtime

    def set_timer(self, delay: int, callback: Any) -> int:
        """Call `callback` once, `delay` seconds from now; the timer's id."""
        return self._set(delay, callback, repeats=False)

    def set_timer_interval(self, interval: int, callback: Any) -> int:
        """Call `callback` every `interval` seconds; the timer's id."""
        return self._set(interval, callback, repeats=True)

    def clear_timer(self, timer_id: int) -> None:
        """Forget a timer; unknown ids are no error."""
        self._runtime.timers.pop(timer_id, None)
        self._runtime.now.timers_cleared.append(timer_id)

    def _set(self, delay: int, callback: Any, *, repeats: bool) -> int:
        runtime = self._runtime
        runtime.need_update("ic0_global_timer_set")
        check_delay(delay)
        if delay > MAX_DELAY_S:
            runtime.trap("Panicked at 'delay out of bounds'")
        runtime.charge(prices.TIMER)
        timer_id = runtime.next_timer
        runtime.next_timer += 1
        runtime.timers[timer_id] = (callback, repeats)
        runtime.now.timers_set.append((timer_id, int(delay), repeats))
        return timer_id


def check_delay(delay: Any) -> None:
    """Raise as Kybra does for a delay that is no nat64."""
    if not isinstance(delay, int):
        raise TypeError(f"Expected type 'int' but '{type(delay).__name__}' found")
    if delay < 0 or delay >= 2**64:
        raise OverflowError("Python int too large to convert to Rust u64")
