"""What this canister does by itself: as it starts, after an upgrade, and every minute."""

from kybra import ic

import mover
from batch_calls import book, set_alarm, sweep_batches
from batcher_core.front_desk import SWEEP_INTERVAL_S
from batcher_state import load_all, start_empty, sweep
from pushing import look_after_pushes, wake_pushes
from quota_desk import list_waiting, sweep_waiting
from resuming import orphan_all, resume
from voting import end_overdue_votes


def begin(controller: str) -> None:
    """Start with nothing but a first controller."""
    start_empty(controller)
    book.load()
    wake_pushes()
    ic.set_timer_interval(SWEEP_INTERVAL_S, tick)


def wake() -> None:
    """Rebuild the heap from stable memory, take up what an upgrade cut off, set lost timers."""
    load_all()
    orphan_all()
    list_waiting()
    book.load()
    set_alarm()
    wake_pushes()
    ic.set_timer_interval(SWEEP_INTERVAL_S, tick)
    mover.begin()


def tick() -> None:
    """Sweep; an error is logged, since timers swallow what they raise."""
    try:
        mover.begin()
        end_overdue_votes(ic.time())
        resume()
        sweep(ic.time())
        sweep_batches(ic.time())
        look_after_pushes(ic.time())
        sweep_waiting()
    except Exception as error:  # noqa: BLE001 - see above
        ic.print(f"sweep: {type(error).__name__}: {error}")
