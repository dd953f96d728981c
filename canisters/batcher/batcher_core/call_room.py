"""How many calls can be out at once, and when a refused caller may come again.

Each call that is out holds some 42 billion cycles back until its reply, and a canister may have 500
of them. A call that does not fit waits for room; its items do not fail for it.
"""

from refrain_core.outcall_price import HELD_CYCLES_PER_CALL

RESERVED_CALLS = 4
"""Kept free for lookups and puts, which hold as much while they are out."""

MILLISECONDS = 1_000


def calls_that_fit(outstanding: int, most: int, balance_cycles: int, call_cycles: int) -> int:
    """Return how many further calls of `call_cycles` can go out now."""
    by_count = most - outstanding
    spare_cycles = balance_cycles - RESERVED_CALLS * HELD_CYCLES_PER_CALL
    by_cycles = spare_cycles // (call_cycles + HELD_CYCLES_PER_CALL)
    return max(0, min(by_count, by_cycles))


def retry_after_s(waiting: int, size: int, batch_ms: int, most_calls: int) -> int:
    """Return in how many seconds so many will have gone out, at least one."""
    rounds = -(-waiting // (size * most_calls))
    return max(1, -(-rounds * batch_ms // MILLISECONDS))
