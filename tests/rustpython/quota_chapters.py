"""Quotas: what is counted and refused, and the canister's messages under them."""

from typing import Any

from batcher_core import quotas
from tests.rustpython.inputs import OTHER, SECOND, START_NS, TENANT, TEXTS, Inputs, ask
from tests.rustpython.played_canister import OWNER, PAYER, STRANGER, Played
from tests.rustpython.played_chapters import MISS, connected, inferred
from tests.rustpython.recording import Recording


def add(book: Recording) -> None:
    """Record all chapters."""
    limited(book)
    book.chapter("batcher: quotas")
    batcher_quotas(connected(Played(book, "batcher")))


def limited(book: Recording) -> None:
    """Requests and cycles counted, held, drawn and given back, over windows' ends."""
    book.chapter("batcher: quotas, one by one")
    made = Inputs(73)
    draw = made.random.randrange
    kept: Any = book.call(quotas.Quotas)
    counts: Any = book.call(quotas.WindowCounts, quotas.HOUR_NS)
    now_ns = START_NS
    for number in range(90):
        now_ns += draw(3) * draw(1_200) * SECOND
        tenant = made.random.choice([TENANT, OTHER])
        limits = quotas.Limits(made.random.choice([None, 0, 3]), made.random.choice([None, 0, 40]))
        book.call(quotas.Quotas.refuse_request, kept, tenant, limits, now_ns)
        book.call(quotas.Quotas.refuse_cost, kept, tenant, limits, draw(60), now_ns)
        book.call(quotas.Quotas.hold, kept, number, tenant, draw(30), now_ns)
        book.call(quotas.Quotas.draw, kept, draw(number + 1), draw(9))
        book.call(quotas.Quotas.release, kept, draw(number + 1), draw(9))
        book.call(quotas.WindowCounts.add, counts, tenant, draw(5), now_ns - draw(2) * SECOND)
        book.call(quotas.WindowCounts.correct, counts, tenant, -1, now_ns // quotas.HOUR_NS)
        book.call(quotas.WindowCounts.used, counts, tenant, now_ns)
        book.call(quotas.WindowCounts.ends_ns, counts, now_ns)
        book.call(quotas.WindowCounts.turn, counts, now_ns)
        book.call(quotas.WindowCounts.__len__, counts)
        if number % 30 == 20:
            book.call(quotas.Quotas.sweep, kept, now_ns)
    for models in ((), ("smol",), ("smol@r1:q8_0", "other")):
        for asked in ([], ["smol@r1:q8_0"], ["smol@r1:q8_0", "third@r1:q4"]):
            book.call(quotas.refuse_models, quotas.Limits(models=models), asked)


def batcher_quotas(canister: Played) -> None:
    """Quotas set, met and removed; an upgrade between."""
    record: dict[str, Any] = {
        "tenant": "default",
        "requests_per_hour": 2,
        "cycles_per_day": 10**12,
        "waiting_tickets": 1,
        "models": ["smol"],
    }
    for by in (STRANGER, OWNER):
        for tenant in ("default", PAYER, "no principal"):
            canister.send("set_quota", dict(record, tenant=tenant), by=by)
        canister.send("quotas", by=by)
    for text in TEXTS[:3]:
        for method in ("submit", "ask"):
            waiting = canister.send(method, ask(text), by=PAYER, cycles=10**13)
            if "number" in waiting:
                canister.answer(canister.answer(waiting, MISS), inferred(text))
            canister.send("quota", by=PAYER)
    canister.send("set_quota", dict(record, models=["other"]))
    canister.send("quote", ask("which model?"))
    canister.upgrade()
    for by in (STRANGER, OWNER):
        canister.send("remove_quota", PAYER, by=by)
        canister.send("quota", by=by)
    canister.tick(4_000)
