"""An answer of several rounds, played: streamed as it comes, lost and continued."""

from collections.abc import Callable
from typing import Any

from tests.rustpython.inputs import ask
from tests.rustpython.played_canister import PAYER, STRANGER, Played

MISS = {"Miss": "never stored"}
STORED = {"Stored": {"key": "k", "evicted": 0}}


def batcher_rounds(canister: Played, inferred: Callable[[str, str], Any]) -> None:
    """An answer of three rounds, streamed; one that is lost between two and goes on."""
    request = ask("long", max_tokens=2_000)
    waiting = canister.send("submit", request, by=PAYER, cycles=10**13)
    number = waiting["replied"]["Ticket"]["ticket"]
    waiting = canister.answer(waiting, MISS)
    for text, continues in (("é", "yes"), ("x" * 4_100, "yes"), ("end", "no")):
        for cursor in (0, 1, 4_001):
            canister.send("stream", number, cursor, by=PAYER)
        waiting = canister.answer(waiting, inferred(text, continues), refunded=3 * 10**8)
    canister.answer(waiting, STORED)
    canister.send("stream", number, 0, by=PAYER)
    canister.send("stream", number, 0, by=STRANGER)
    waiting = canister.answer(canister.send("ask", ask("lost", max_tokens=600)), MISS)
    canister.answer(waiting, inferred("begun", "yes"), refunded=3 * 10**8)
    canister.upgrade()
    canister.tick(31)
    waiting = canister.answer(canister.send("ask", ask("lost", max_tokens=600)), MISS)
    canister.answer(waiting, None, "Rejection code 5, x")
