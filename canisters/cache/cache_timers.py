"""Timers of the cache: the rebuild's chain of steps, and the minute's sweep and flush.

Kybra swallows what a timer raises and keeps what it did so far; so each body is wrapped, prints,
and works in steps that fail without having changed anything.
"""

from kybra import Async, CallResult, Principal, blob, ic, void

from cache_core import upkeep
from cache_state import cache
from refrain_api.outcall_records import Management

UPKEEP_INTERVAL_S = 60
"""How often counters are flushed: what an upgrade may lose of them.

Also when a rebuild whose step failed is tried again, so that a lasting fault burns few cycles.
"""


def arm() -> None:
    """Start the interval, lost at each upgrade, and the work that is left."""
    ic.set_timer_interval(UPKEEP_INTERVAL_S, run_upkeep)
    start_work()
    seek_secret()


def start_work() -> None:
    """Run the bounded steps of rebuilding and shrinking, each as its own message."""
    ic.set_timer(0, run_work)


def run_work() -> None:
    """Do one step, and arm the next if there is more to do."""
    try:
        if upkeep.work_step(cache, ic.time()):
            ic.set_timer(0, run_work)
    except Exception as error:  # noqa: BLE001  # nobody else would ever see it
        ic.print(f"cache: a rebuild step failed, next try within a minute: {error!r}")


def run_upkeep() -> None:
    """Free a share of what expired, flush the counters, and go on with a rebuild that broke off."""
    try:
        start_work()
        seek_secret()
        upkeep.sweep_step(cache, ic.time())
        upkeep.flush(cache)
    except Exception as error:  # noqa: BLE001  # nobody else would ever see it
        ic.print(f"cache: upkeep failed: {error!r}")


def seek_secret() -> None:
    """Have the certified log's secret drawn, unless it was: once in a canister's life."""
    if not cache.meta.secret():
        ic.set_timer(0, draw_secret)


def draw_secret() -> Async[void]:
    """Draw 32 random bytes and begin to certify; until then nothing is certified."""
    try:
        # Nothing was changed yet; two draws may overlap, and the first to return counts.
        drawn: CallResult[blob] = yield Management(Principal.from_str("aaaaa-aa")).raw_rand()
        if drawn.Ok is None:
            ic.print(f"cache: no randomness, next try within a minute: {drawn.Err}")
        elif not cache.meta.secret():
            cache.certified.begin(drawn.Ok.hex())
            start_work()
    except Exception as error:  # noqa: BLE001  # nobody else would ever see it
        ic.print(f"cache: the secret was not kept, next try within a minute: {error!r}")
