"""Work that was lost with its calls, begun again for those who still wait for it.

An upgrade loses every call that is out, a trap in a callback loses its own. Whoever waits by ticket
is served all the same: the work is looked up, and asked for again, under a new token and the old
hold. What an answer to the first call brings later is dropped, and books that hold no second time.
"""

from kybra import ic

from batcher_core.batcher_bounds import with_grace
from batcher_core.front_desk import SWEEP_STEPS
from batcher_rows import rows
from batcher_state import desk, ledger, tallies
from self_calls import tasks
from voting import continued


def orphan_all() -> None:
    """After an upgrade, end what nobody waits for, and set a timer for the rest."""
    for flight in desk.lost.orphaned(ic.time()):
        ledger.release(flight.token, 0, 0)
    if desk.lost.overdue(ic.time(), 1):
        ic.set_timer(0, resume)


def resume() -> None:
    """Begin lost work again; for timers, whose exceptions nobody would see."""
    try:
        now_ns = ic.time()
        for flight in desk.lost.overdue(now_ns, SWEEP_STEPS):
            work = desk.lost.resume(flight, now_ns, with_grace(rows.settings))
            if work is not None:
                tallies.add("resumed")
                tasks.send(continued, work)
    except Exception as error:  # noqa: BLE001 - see above
        ic.print(f"resuming: {type(error).__name__}: {error}")
