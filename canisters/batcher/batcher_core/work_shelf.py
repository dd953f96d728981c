"""What flights with waiters were asked for, so that the work can be begun again.

A record is the JSON of a list: caller, standing, namespace, digest, the three figures of the price,
the opener's ticket, cache_control and the request. It lies in pieces as outcomes do: piece 0 is
``pieces|text``, the others are plain text, under the waiters' token and the piece's number.
"""

from typing import Any

from batcher_core.ask_plan import Plan
from batcher_core.money import Price
from batcher_core.text_store import TextStore
from batcher_core.work_items import Work
from refrain_core.cache_control import NO_DIRECTIVES, parse_directives
from refrain_core.chunked_text import split_utf8
from refrain_core.json_texts import json_text, parse_json

PIECE_BYTES = 4_000


class WorkShelf:
    """All works of flights that somebody waits for."""

    def __init__(self, store: TextStore) -> None:
        """Keep them in `store`; nothing of them is in the heap."""
        self._store = store

    def write(self, token: int, work: Work) -> None:
        """Keep the work of the flight whose waiters hold `token`."""
        pieces = split_utf8(pack_work(work), PIECE_BYTES)
        for number in range(1, len(pieces)):
            self._store.insert(_key(token, number), pieces[number])
        self._store.insert(_key(token, 0), f"{len(pieces)}|{pieces[0]}")

    def read(self, token: int) -> "Work | None":
        """Return the work of a flight, its token still 0, or None."""
        first = self._store.get(_key(token, 0))
        if first is None:
            return None
        count, _, text = first.partition("|")
        rest = [self._store.get(_key(token, number)) or "" for number in range(1, int(count))]
        return unpack_work(text + "".join(rest))

    def forget(self, token: int) -> None:
        """Let go of the work of a flight that ended."""
        first = self._store.remove(_key(token, 0))
        if first is not None:
            for number in range(1, int(first.partition("|")[0])):
                self._store.remove(_key(token, number))


def pack_work(work: Work) -> str:
    """Write a work as one text."""
    plan, cost = work.plan, work.cost
    whose: list[Any] = [plan.caller, plan.standing, plan.namespace, plan.digest]
    price = [cost.hit_cycles, cost.call_cycles, cost.margin_cycles]
    return json_text([*whose, *price, work.ticket, plan.cache_control, plan.request])


def unpack_work(text: str) -> Work:
    """Read what `pack_work` wrote."""
    caller, standing, namespace, digest, *price, ticket, cache_control, request = parse_json(text)
    directives = parse_directives(cache_control)
    if isinstance(directives, dict):
        directives = NO_DIRECTIVES
    plan = Plan(caller, standing, request, namespace, digest, directives, cache_control)
    return Work(plan, 0, Price(*price), ticket, None)


def _key(token: int, number: int) -> str:
    return f"{token:016x}.{number}"
