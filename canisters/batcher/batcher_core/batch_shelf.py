"""Where batches lie: their records, their items, and the texts of both."""

from typing import NamedTuple

from batcher_core.batch_lines import Line, read_line
from batcher_core.batches import (
    Batch,
    Fault,
    Item,
    pack_batch,
    pack_item,
    unpack_batch,
    unpack_item,
)
from batcher_core.outcomes import Outcome, pack_outcome, unpack_outcome
from batcher_core.pieced_texts import PiecedTexts
from batcher_core.text_store import TextStore

_REQUEST = "q"
_RESULT = "r"
_FAULTS = "f"


class BatchStores(NamedTuple):
    """The stable maps behind the book; of `meta` it has its sequence."""

    batches: TextStore
    items: TextStore
    texts: TextStore
    meta: TextStore


class BatchShelf:
    """Reads and writes one record or text at a time."""

    def __init__(self, stores: BatchStores) -> None:
        """Keep everything in `stores`."""
        self._batches = stores.batches
        self._items = stores.items
        self._texts = PiecedTexts(stores.texts)

    def batches(self) -> list[Batch]:
        """Read the records of all batches: a full scan, for rebuilding only."""
        return [unpack_batch(key, record) for key, record in self._batches.items()]

    def keep_batch(self, batch: Batch) -> None:
        """Write a batch's record."""
        batch.has_moved = False
        self._batches.insert(batch.key, pack_batch(batch))

    def keep_request(self, batch: Batch, place: int, line: str) -> None:
        """Keep a line as it came."""
        self._texts.put(f"{batch.item_key(place)}.{_REQUEST}", line)

    def line(self, batch: Batch, place: int) -> "Line | str":
        """Read the request at `place`, or return what is wrong with it."""
        return read_line(self._texts.get(f"{batch.item_key(place)}.{_REQUEST}") or "")

    def keep_item(self, batch: Batch, place: int, item: Item) -> None:
        """Write an item's record."""
        self._items.insert(batch.item_key(place), pack_item(item))

    def item(self, batch: Batch, place: int) -> "Item | None":
        """Return the item at `place`; None before it was validated."""
        record = self._items.get(batch.item_key(place))
        return None if record is None else unpack_item(record)

    def keep_result(self, batch: Batch, place: int, outcome: Outcome) -> None:
        """Keep the one result of an item."""
        digest = "" if outcome.answered is None else outcome.answered["digest"]
        text = f"{digest}|{pack_outcome(outcome)}"
        self._texts.put(f"{batch.item_key(place)}.{_RESULT}", text)

    def result(self, batch: Batch, place: int) -> Outcome:
        """Return the result of an item that has one."""
        text = self._texts.get(f"{batch.item_key(place)}.{_RESULT}") or "|"
        digest, _, packed = text.partition("|")
        return unpack_outcome(packed, digest)

    def keep_faults(self, batch: Batch) -> None:
        """Keep what is wrong with a batch's lines."""
        told = [f"{fault.line}|{_in_one_line(fault.message)}" for fault in batch.faults]
        self._texts.put(f"{batch.key}.{_FAULTS}", "\n".join(told))

    def faults(self, batch: Batch) -> list[Fault]:
        """Return what is wrong with a failed batch's lines."""
        told = self._texts.get(f"{batch.key}.{_FAULTS}")
        parted = [line.partition("|") for line in (told or "").split("\n") if line]
        return [Fault(int(number), message) for number, _, message in parted]

    def forget_item(self, batch: Batch, place: int) -> None:
        """Remove an item with its texts."""
        key = batch.item_key(place)
        self._items.remove(key)
        self._texts.remove(f"{key}.{_REQUEST}")
        self._texts.remove(f"{key}.{_RESULT}")

    def forget_batch(self, batch: Batch) -> None:
        """Remove a batch whose items are gone."""
        self._texts.remove(f"{batch.key}.{_FAULTS}")
        self._batches.remove(batch.key)


def _in_one_line(text: str) -> str:
    return text.replace("\n", " ")
