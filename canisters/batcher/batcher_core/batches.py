"""Batches and their items, as they lie in stable memory and in the heap.

A batch is ``asker|state|COUNTS|expires_at_ns|times`` under its number as 16 hexadecimal digits;
times, joined by commas, are when it entered each of `STATES`, 0 for never. An item is
``state|attempts|ticket|custom_id`` under the batch's key, a dot and its place as four digits.
"""

from typing import NamedTuple

from batcher_core.batch_machine import FINAL_STATES, STATES, VALIDATING, next_batch_state
from batcher_core.outcomes import Outcome

COUNTS = ("total", "completed", "failed", "outcalls", "hits", "collapsed", "charged_cycles")


class Item(NamedTuple):
    """One request of a batch. attempts: how often it was sent; ticket: its last one's number."""

    state: str
    attempts: int
    ticket: int
    custom_id: str


class Fault(NamedTuple):
    """What is wrong with a line, counted from 1."""

    line: int
    message: str


class Batch:
    """One batch: what its record says, and in the heap what is left to do of it."""

    def __init__(self, number: int, asker: str, expires_at_ns: int) -> None:
        """Begin as nothing yet; `enter` notes its states."""
        self.number = number
        self.asker = asker
        self.expires_at_ns = expires_at_ns
        self.state = VALIDATING
        self.times_ns = dict.fromkeys(STATES, 0)
        self.counts = dict.fromkeys(COUNTS, 0)
        self.waiting: list[int] = []
        self.out: dict[int, tuple[int, str]] = {}
        self.validated = 0
        self.known_ids: set[str] = set()
        self.faults: list[Fault] = []
        self.price_cycles = 0
        self.has_moved = False

    @property
    def key(self) -> str:
        """The key of its record, with which those of its items begin."""
        return f"{self.number:016x}"

    @property
    def is_final(self) -> bool:
        """Whether nothing of it will change any more."""
        return self.state in FINAL_STATES

    @property
    def ended(self) -> int:
        """How many of its items have their result."""
        return self.counts["completed"] + self.counts["failed"]

    def item_key(self, place: int) -> str:
        """Return the key of the item at `place`."""
        return f"{self.key}.{place:04x}"

    def take(self, event: str, now_ns: int) -> None:
        """Take `event` by the table."""
        self.state = next_batch_state(self.state, event)
        self.times_ns[self.state] = now_ns

    def count(self, outcome: Outcome) -> None:
        """Count an item's result."""
        self.has_moved = True
        answered = outcome.answered
        counts = self.counts
        if answered is None:
            counts["failed"] += 1
            counts["charged_cycles"] += outcome.paid_cycles
            return
        counts["completed"] += 1
        counts["outcalls"] += answered["outcalls"]
        counts["charged_cycles"] += answered["charged_cycles"]
        status = answered["cache_status"]
        if "collapsed" in status:
            counts["collapsed"] += 1
        elif status.startswith("hit"):
            counts["hits"] += 1


def pack_batch(batch: Batch) -> str:
    """Write a batch as its record."""
    counts = "|".join([str(batch.counts[name]) for name in COUNTS])
    times = ",".join([str(batch.times_ns[state]) for state in STATES])
    return f"{batch.asker}|{batch.state}|{counts}|{batch.expires_at_ns}|{times}"


def unpack_batch(key: str, record: str) -> Batch:
    """Read what `pack_batch` wrote."""
    asker, state, *numbers = record.split("|")
    batch = Batch(int(key, 16), asker, int(numbers[-2]))
    batch.state = state
    batch.counts = {name: int(numbers[place]) for place, name in enumerate(COUNTS)}
    times = numbers[-1].split(",")
    batch.times_ns = {name: int(times[place]) for place, name in enumerate(STATES)}
    return batch


def pack_item(item: Item) -> str:
    """Write an item as its record."""
    return f"{item.state}|{item.attempts}|{item.ticket}|{item.custom_id}"


def unpack_item(record: str) -> Item:
    """Read what `pack_item` wrote."""
    state, attempts, ticket, custom_id = record.split("|", 3)
    return Item(state, int(attempts), int(ticket), custom_id)
