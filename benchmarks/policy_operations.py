"""What a hit and a put with its eviction do, counted by the opcode, and its price on chain."""

from __future__ import annotations

import dis
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refrain_core.policies import policy_choice
from refrain_core.policies.policy_choice import make_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import FrameType

SOURCES = str(Path(policy_choice.__file__).parent)
ENTRIES = 1_000
KEPT_BYTES = 2_000
COST = 278_000_000

KINDS = {
    "LOAD_ATTR": "attributes",
    "LOAD_METHOD": "attributes",
    "STORE_ATTR": "attributes",
    "LOAD_GLOBAL": "globals",
    "BINARY_SUBSCR": "reads",
    "CONTAINS_OP": "reads",
    "STORE_SUBSCR": "writes",
    "DELETE_SUBSCR": "writes",
}
PRICES = {"methods": 22_000, "attributes": 8_500, "globals": 2_700, "reads": 2_700, "writes": 4_300}
"""Instructions on the real runtime; an element of a list is priced as one of a dict.

Arithmetic on locals, jumps and unpacking are not in the list; they are some 10 % more.
"""


def operations_of(action: Callable[[], Any]) -> Counter[str]:
    """Count what an action does inside the policies' own functions."""
    counts: Counter[str] = Counter()

    def traced(frame: FrameType, event: str, _argument: object) -> Any:
        if not frame.f_code.co_filename.startswith(SOURCES):
            return None
        if event == "call":
            frame.f_trace_opcodes = True
            counts["methods"] += 1
        elif event == "opcode":
            kind = KINDS.get(dis.opname[frame.f_code.co_code[frame.f_lasti]])
            if kind is not None:
                counts[kind] += 1
        return traced

    before = sys.gettrace()
    sys.settrace(traced)
    try:
        action()
    finally:
        sys.settrace(before)
    return counts


def counted(name: str, entries: int = ENTRIES) -> dict[str, dict[str, float]]:
    """Count the mean hit and the mean put with eviction of a full cache, dict renewals included."""
    policy = make_policy(name, entries, entries * KEPT_BYTES)
    for number in range(entries):
        policy.add(f"{number:016x}", KEPT_BYTES, COST)

    def hit_half() -> None:
        for number in range(0, entries, 2):
            policy.use(f"{number:016x}")

    hits = operations_of(hit_half)
    for number in range(entries, entries * 5):
        policy.victim()
        policy.add(f"{number:016x}", KEPT_BYTES, COST)

    def put_many() -> None:
        for number in range(entries * 5, entries * 8):
            policy.victim()
            policy.add(f"{number:016x}", KEPT_BYTES, COST)

    puts = operations_of(put_many)
    return {"hit": _mean(hits, entries // 2), "put": _mean(puts, entries * 3)}


def instructions(operations: Mapping[str, float]) -> int:
    """Price counted operations."""
    return round(sum(PRICES[kind] * number for kind, number in operations.items()))


def _mean(counts: Counter[str], calls: int) -> dict[str, float]:
    return {kind: round(counts[kind] / calls, 2) for kind in PRICES}
