"""All batches: created, validated in steps, worked off item by item, forgotten.

An item's result is written in the same message that moves it to its last state, and only from a
state that is not its last: so each has exactly one, whatever is sent twice. What ends without a
result because its batch did has its reason from the batch, and costs no write.
"""

from typing import TYPE_CHECKING

from batcher_core.batch_lines import Line
from batcher_core.batch_machine import (
    ANSWER_CAME,
    CANCEL_ASKED,
    ENDED_ITEMS,
    IN_PROGRESS,
    LINE_INVALID,
    LINES_VALID,
    PENDING,
    REFUSAL_CAME,
    SENT,
    SUBMITTED,
    VALIDATING,
    WORK_LOST,
    next_item_state,
)
from batcher_core.batch_rules import due_event
from batcher_core.batch_shelf import BatchShelf, BatchStores
from batcher_core.batches import Batch, Fault, Item
from batcher_core.numbering import Numbering

if TYPE_CHECKING:
    from batcher_core.outcomes import Outcome

MAX_FAULTS = 20
MAX_ATTEMPTS = 3
"""An item whose work was lost so often, by upgrades or traps, is refused."""

_SEQUENCE = "batches"


class BatchBook:
    """Every batch, by its number; the heap knows what is left to do of those that go on."""

    def __init__(self, stores: BatchStores) -> None:
        """Start empty; `load` reads what the stores hold."""
        self.shelf = BatchShelf(stores)
        self.batches: dict[int, Batch] = {}
        self._numbering = Numbering(stores.meta, _SEQUENCE)

    def load(self) -> None:
        """Rebuild the heap; bounded by the items of the batches that go on."""
        self._numbering.load()
        self.batches = {batch.number: batch for batch in self.shelf.batches()}
        for batch in self.going_on():
            self._remember(batch)

    def going_on(self) -> list[Batch]:
        """Return those that are not final, in the order of their numbers."""
        return [batch for batch in self.batches.values() if not batch.is_final]

    def create(self, asker: str, lines: list[str], now_ns: int, expires_at_ns: int) -> Batch:
        """Keep a batch of these lines, to be validated."""
        batch = Batch(self._numbering.take(), asker, expires_at_ns)
        batch.times_ns[VALIDATING] = now_ns
        batch.counts["total"] = len(lines)
        for place, line in enumerate(lines):
            self.shelf.keep_request(batch, place, line)
        self.batches[batch.number] = batch
        self.shelf.keep_batch(batch)
        return batch

    def next_lines(self, batch: Batch, most: int) -> "list[Line | str]":
        """Read the next lines to be judged, each a request or what is wrong with its form."""
        end = min(batch.counts["total"], batch.validated + most)
        return [self.shelf.line(batch, place) for place in range(batch.validated, end)]

    def judge(self, batch: Batch, judged: "list[Line | str]", now_ns: int) -> None:
        """Take lines as good or as faults; after the last, the batch goes on or has failed."""
        total = batch.counts["total"]
        for line in judged:
            fault = line if isinstance(line, str) else _same_id(batch, line)
            if isinstance(fault, str):
                batch.faults.append(Fault(batch.validated + 1, fault))
            elif isinstance(line, Line):
                item = Item(PENDING, 0, 0, line.custom_id)
                self.shelf.keep_item(batch, batch.validated, item)
            batch.validated += 1
        is_read = batch.validated == total
        if len(batch.faults) >= MAX_FAULTS or (is_read and batch.faults):
            self.shelf.keep_faults(batch)
            self._take(batch, LINE_INVALID, now_ns)
        elif is_read:
            batch.waiting = list(range(total))
            self._take(batch, LINES_VALID, now_ns)

    def sent(self, batch: Batch, place: int, ticket: int, digest: str) -> None:
        """Note that an item's work has a ticket."""
        item = self._moved(batch, place, SUBMITTED)
        kept = Item(item.state, item.attempts + 1, ticket, item.custom_id)
        self.shelf.keep_item(batch, place, kept)
        batch.waiting.remove(place)
        batch.out[place] = (ticket, digest)

    def lost(self, batch: Batch, place: int) -> bool:
        """Have an item's work done again; False if that was tried often enough."""
        item = self._moved(batch, place, WORK_LOST)
        self.shelf.keep_item(batch, place, item)
        del batch.out[place]
        batch.waiting.append(place)
        return item.attempts < MAX_ATTEMPTS

    def settle(self, batch: Batch, place: int, outcome: "Outcome") -> None:
        """Give an item its one result."""
        item = self._moved(batch, place, REFUSAL_CAME if outcome.answered is None else ANSWER_CAME)
        self.shelf.keep_result(batch, place, outcome)
        self.shelf.keep_item(batch, place, item)
        batch.out.pop(place, None)
        if place in batch.waiting:
            batch.waiting.remove(place)
        batch.count(outcome)

    def go_on(self, batch: Batch, now_ns: int) -> None:
        """Take what time and ended items bring about; write the batch if anything moved."""
        event = due_event(batch, now_ns)
        if event is not None:
            self._take(batch, event, now_ns)
        elif batch.has_moved:
            self.shelf.keep_batch(batch)

    def cancel(self, batch: Batch, now_ns: int) -> None:
        """Send no more of a batch; what is out still comes back."""
        batch.waiting = []
        self._take(batch, CANCEL_ASKED, now_ns)

    def forget(self, batch: Batch, most: int) -> None:
        """Remove at most `most` items of a batch that is over, and it with the last."""
        total = batch.counts["total"]
        left = max(0, total - most)
        for place in range(left, total):
            self.shelf.forget_item(batch, place)
        batch.counts["total"] = left
        if left:
            self.shelf.keep_batch(batch)
        else:
            self.shelf.forget_batch(batch)
            del self.batches[batch.number]

    def _take(self, batch: Batch, event: str, now_ns: int) -> None:
        batch.take(event, now_ns)
        self.shelf.keep_batch(batch)

    def _moved(self, batch: Batch, place: int, event: str) -> Item:
        item = self.shelf.item(batch, place)
        if item is None:
            raise LookupError("a batch's item is gone")
        return Item(next_item_state(item.state, event), item.attempts, item.ticket, item.custom_id)

    def _remember(self, batch: Batch) -> None:
        validated = 0 if batch.state == VALIDATING else batch.counts["total"]
        for place in range(validated):
            item = self.shelf.item(batch, place)
            if item is None or item.state in ENDED_ITEMS:
                continue
            if item.state == SENT:
                batch.out[place] = (item.ticket, "")
            elif batch.state == IN_PROGRESS:
                batch.waiting.append(place)


def _same_id(batch: Batch, line: Line) -> "str | None":
    if line.custom_id in batch.known_ids:
        return "custom_id stands twice"
    batch.known_ids.add(line.custom_id)
    return None
