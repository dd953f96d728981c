"""One call of a model for several flights: asked, booked by shares, settled one by one."""

from collections.abc import Generator
from typing import Any, NamedTuple

from kybra import CallResult, ic

import till
from batcher_core.call_reading import read_list, shares_of, was_sent
from batcher_core.money import Price
from batcher_core.serving import Found
from batcher_core.work_items import Work
from batcher_state import desk, tallies
from keeping import kept
from landing import abandoned, landed
from model_rounds import sample_of
from other_canisters import connected_infer, inference_call, inference_reply
from spares import serve_spare

Asking = Generator[Any, Any, "tuple[list[Any], list[int]]"]
Landing = Generator[Any, Any, None]


class Aboard(NamedTuple):
    """A flight that waits for its call, or shares one. spent: by earlier calls, which failed."""

    work: Work
    found: Found
    priority: int
    spent: int = 0


def held(batch: list[Aboard]) -> list[Aboard]:
    """Return those whose lease holds; the others' holds become credit, but for what was spent."""
    kept_on = []
    for aboard in batch:
        work = aboard.work
        flight = desk.under_way(work.plan.digest, ic.time())
        if flight is not None and flight.token == work.token:
            kept_on.append(aboard)
        else:
            till.book(work, min(aboard.spent, work.cost.call_cycles), 0)
    return kept_on


def price_of(batch: list[Aboard]) -> Price:
    """Return what the call for a batch takes along."""
    return Price(0, sum([aboard.work.cost.call_cycles for aboard in batch]), 0)


def charged_with(batch: list[Aboard], spent: list[int]) -> list[Aboard]:
    """Return the batch, each with what its share of a failed call cost."""
    return [
        aboard._replace(spent=aboard.spent + spent[place]) for place, aboard in enumerate(batch)
    ]


def asked(batch: list[Aboard]) -> Asking:
    """Ask for all by one call; return each one's reply or reject, and its share of the cost."""
    attached = price_of(batch).call_cycles
    samples: list[Any] = [sample_of(aboard.work.plan) for aboard in batch]
    # Committed: the dispatched flights with their leases, the holds on their askers' cycles, and
    # in the heap that the call is out.
    reply: CallResult[Any] = yield _call_for(samples, attached)
    if len(batch) == 1:
        reply = inference_reply(reply)
    # A call that was never sent is no callback: what was refunded last is another call's.
    spent = attached - ic.msg_cycles_refunded128() if was_sent(reply.Err) else 0
    if reply.Err is not None:
        # Nobody can tell the requests' shares: all bear the same.
        each = spent // len(batch)
        return [(None, reply.Err)] * len(batch), [each] * len(batch)
    replies = [reply.Ok] if len(batch) == 1 else read_list(reply.Ok, len(batch))
    if len(batch) > 1:
        tallies.add("lists")
        tallies.add("listed", len(batch))
    return [(one, None) for one in replies], shares_of(replies, spent)


def _call_for(samples: list[Any], attached: int) -> Any:
    if len(samples) == 1:
        return inference_call(samples[0], attached)
    call: Any = connected_infer().infer_many(samples)
    return call.with_cycles(attached)


def landed_all(batch: list[Aboard], replies: list[Any], spent: list[int], began_ns: int) -> Landing:
    """Settle every flight of a batch, and only then put the answers into the cache."""
    outcomes = []
    for place, aboard in enumerate(batch):
        work = aboard.work
        # What halving cost beyond the hold is the owner's: nobody pays more than was quoted.
        cost = min(aboard.spent + spent[place], work.cost.call_cycles)
        try:
            ok, err = replies[place]
            outcomes.append(landed(work, aboard.found, ok, err, cost))
        except Exception as error:  # noqa: BLE001 - whatever it is, the waiters must learn of it
            outcomes.append(abandoned(work, error))
    for place, aboard in enumerate(batch):
        work = aboard.work
        yield from kept(work.plan, work.token, outcomes[place], aboard.found, began_ns)
        serve_spare(work, outcomes[place], aboard.found)
