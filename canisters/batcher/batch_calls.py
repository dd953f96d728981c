"""Batches at work: created, worked off by a timer in bounded steps, read and called off.

Each item is submitted in its asker's name and waits in the windows like any submitted request, at
low priority. So it joins what is in flight, is answered from the cache, and is paid like that.
"""

from collections.abc import Generator
from typing import Any

from kybra import ic

import till
from admitting import planned, refuse_stranger
from batcher_core.batch_book import MAX_ATTEMPTS, BatchBook
from batcher_core.batch_lines import Line, told
from batcher_core.batch_machine import CANCELLING, IN_PROGRESS, VALIDATING
from batcher_core.batch_pages import page_of, view_of
from batcher_core.batch_rules import KEPT_NS, lines_of, outcome_of, refuse_batch
from batcher_core.batch_shelf import BatchStores
from batcher_core.batches import Batch
from batcher_core.fair_queue import LOW
from batcher_core.outcomes import refused_outcome
from batcher_core.work_items import Work
from batcher_maps import batches_map, items_map, meta_map, texts_map
from batcher_state import desk, ledger
from refrain_core.limits import NANOSECONDS
from refrain_core.refusals import bad_request, internal, lease_lost, not_allowed
from submitting import boarded
from window_calls import through_window

Working = Generator[Any, Any, None]

PAUSE_S = 1
VALIDATED_EACH = 32
SENT_EACH = 32
"""Items of one step: each takes some three million instructions."""

FORGOTTEN_EACH = 32

_WAITS_FOR = {"Busy", "OutOfCycles", "RateLimited"}
"""Refusals that time undoes. Limited is only who is over its quota."""

book = BatchBook(BatchStores(batches_map, items_map, texts_map, meta_map))
_alarms: set[str] = set()


def created(asker: str, request: dict[str, Any]) -> dict[str, Any]:
    """Keep a batch to be worked off, as a BatchResult; attached cycles become credit."""
    lines = request["lines"]
    going_on = sum([batch.counts["total"] for batch in book.going_on()])
    kept = (len(book.batches), going_on)
    refusal = refuse_stranger(asker) or refuse_batch(asker, lines, request["window_s"], kept)
    if refusal is not None:
        return {"Refused": refusal}
    now_ns = ic.time()
    till.accept_credit(asker)
    expires_at_ns = now_ns + request["window_s"] * NANOSECONDS
    batch = book.create(asker, lines_of(lines), now_ns, expires_at_ns)
    set_alarm()
    return {"Batch": view_of(book, batch)}


def viewed(asker: str, number: int) -> dict[str, Any]:
    """Return an asker's batch, as a BatchResult."""
    batch = _own(asker, number)
    return _unknown() if batch is None else {"Batch": view_of(book, batch)}


def paged(asker: str, number: int, start: int, *, of_errors: bool) -> dict[str, Any]:
    """Return a page of results, as a BatchPageResult."""
    batch = _own(asker, number)
    if batch is None:
        return _unknown()
    return {"Page": page_of(book, batch, start, of_errors=of_errors)}


def called_off(asker: str, number: int) -> dict[str, Any]:
    """Send no more of a batch, as a BatchResult."""
    batch = _own(asker, number)
    if batch is None:
        return _unknown()
    if batch.state not in (VALIDATING, IN_PROGRESS):
        return {"Refused": bad_request(f"the batch is {batch.state}: there is nothing to cancel")}
    book.cancel(batch, ic.time())
    set_alarm()
    return {"Batch": view_of(book, batch)}


def set_alarm() -> None:
    """Set a timer for the next step, if there is anything to do and none is set."""
    if book.going_on() and not _alarms:
        _alarms.add("next")
        ic.set_timer(PAUSE_S, work_off)


def sweep_batches(now_ns: int) -> None:
    """Forget some of what was over long ago."""
    for batch in list(book.batches.values()):
        if batch.is_final and max(batch.times_ns.values()) + KEPT_NS <= now_ns:
            book.forget(batch, FORGOTTEN_EACH)
            return


def work_off() -> Working:
    """Do one step for every batch that goes on, and the lookups of what it sent."""
    _alarms.clear()
    works: list[Work] = []
    try:
        works = _step(ic.time())
        # Before anything is awaited: a trap in a lookup's callback must not end the batches.
        set_alarm()
    except Exception as error:  # noqa: BLE001 - a timer swallows it unlogged
        ic.print(f"batches: {type(error).__name__}: {error}")
    for work in works:
        yield from through_window(work, LOW)


def _step(now_ns: int) -> list[Work]:
    works: list[Work] = []
    for batch in book.going_on():
        if batch.state == VALIDATING:
            lines = book.next_lines(batch, VALIDATED_EACH)
            book.judge(batch, [_judged(batch, line) for line in lines], now_ns)
        elif batch.state in (IN_PROGRESS, CANCELLING):
            _collect(batch, now_ns)
        if batch.state == IN_PROGRESS and now_ns < batch.expires_at_ns:
            works += _send(batch, SENT_EACH - len(works))
        book.go_on(batch, now_ns)
    return works


def _collect(batch: Batch, now_ns: int) -> None:
    """Take the results of what was sent; what was lost is sent again."""
    for place, (ticket, digest) in list(batch.out.items()):
        if desk.under_way(digest, now_ns) is not None:
            continue
        state = desk.ticket_state(ticket, batch.asker, now_ns)
        outcome = outcome_of(state)
        if outcome is not None:
            book.settle(batch, place, outcome)
        elif "Pending" not in state and not book.lost(batch, place):
            text = f"the work was lost {MAX_ATTEMPTS} times: put it into another batch"
            book.settle(batch, place, refused_outcome(lease_lost(text)))


def _send(batch: Batch, most: int) -> list[Work]:
    works: list[Work] = []
    for place in list(batch.waiting[: max(0, most)]):
        line = book.shelf.line(batch, place)
        if isinstance(line, str):
            book.settle(batch, place, refused_outcome(internal("a line became unreadable")))
            continue
        boarding = boarded(batch.asker, line.request)
        ticket = boarding.reply.get("Ticket")
        if ticket is not None:
            book.sent(batch, place, ticket["ticket"], ticket["digest"])
            works += [] if boarding.work is None else [boarding.work]
        elif _WAITS_FOR.intersection(boarding.reply["Refused"]):
            # No room for now: it waits, and does not fail.
            break
        else:
            book.settle(batch, place, refused_outcome(boarding.reply["Refused"]))
    return works


def _judged(batch: Batch, line: "Line | str") -> "Line | str":
    """Return a line, or what is wrong with it beyond its form: its model, namespace or price."""
    if isinstance(line, str):
        return line
    plan = planned(batch.asker, line.request)
    if isinstance(plan, dict):
        return told(plan)
    if not plan.is_paying:
        return line
    batch.price_cycles += till.price(plan).miss_cycles
    credit = ledger.account(batch.asker).credit
    return line if batch.price_cycles <= credit else _short(batch.price_cycles, credit)


def _short(price_cycles: int, credit: int) -> str:
    return (
        f"so far the batch may cost {price_cycles} cycles and your credit is {credit}: attach more"
    )


def _own(asker: str, number: int) -> "Batch | None":
    batch = book.batches.get(number)
    return batch if batch is not None and batch.asker == asker else None


def _unknown() -> dict[str, Any]:
    return {"Refused": not_allowed("no such batch of yours: it may have been forgotten")}
