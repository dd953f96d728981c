"""The batcher's votes played: its voters take their work up, and answer in any order."""

from typing import Any

from tests.rustpython.inputs import answer, ask
from tests.rustpython.played_canister import Played
from tests.rustpython.vote_chapters import policy

MISS = {"Miss": "never stored"}
STORED = {"Stored": {"key": "k", "evicted": 0}}


def batcher_votes(canister: Played, itself: str) -> None:
    """Votes that agree and that do not, seen by their askers and by strangers."""
    task = 0
    votes = ((2, ("42", "é", "42.0"), True), (3, ("1", "2", "3"), False))
    for quorum, sayings, is_agreed in votes:
        request = ask(f"vote {quorum}", consensus=policy(votes=3, quorum=quorum), seed=7)
        missed = canister.answer(canister.send("ask", request), MISS)
        ticket = missed["replied"]["Joined"]["ticket"]
        canister.send("take_up", 1, by="2vxsx-fae")
        taken = []
        for _ in sayings:
            task += 1
            taken.append(canister.send("take_up", task, by=itself))
        flown = [canister.answer(one, MISS) for one in taken]
        for place in (2, 0, 1):
            settled = canister.answer(flown[place], said(sayings[place]))
            canister.send("result", ticket)
            if "number" in settled:
                canister.answer(settled, STORED)
        if is_agreed:
            task += 1
            canister.answer(canister.send("take_up", task, by=itself), STORED)
        canister.send("result", ticket)
    canister.send("voters")
    canister.send("counters")
    canister.upgrade()
    canister.send("voters")


def said(content: str) -> dict[str, Any]:
    """Make infer's reply."""
    inference = {
        "answer": answer(content),
        "provider": "p",
        "continues": "no",
        "outcalls": 1,
        "charged_cycles": 7,
    }
    return {"Inferred": inference}
