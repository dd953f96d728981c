"""Which shard keeps a key."""

from refrain_core import rendezvous
from refrain_core.rendezvous import ShardRing
from tests.rustpython.inputs import OTHER, TENANT, Inputs
from tests.rustpython.recording import Recording


def add(book: Recording) -> None:
    """Record all chapters."""
    rings(book)


def rings(book: Recording) -> None:
    """Owners and ranks on rings of one to many shards, and rings that cannot be."""
    book.chapter("rendezvous")
    made = Inputs(31)
    many = [f"shard-{number}" for number in range(rendezvous.MOST_SHARDS)]
    for shards in ([TENANT], [TENANT, OTHER], many[:8], many):
        ring = book.call(ShardRing, shards)
        for _ in range(20):
            key = f"{made.random.getrandbits(64):016x}"
            book.call(ShardRing.owner, ring, key)
            book.call(ShardRing.ranked, ring, key)
    book.call(ShardRing, [])
    book.call(ShardRing, [TENANT, TENANT])
