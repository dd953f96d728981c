"""What the batcher holds in its heap, each a copy or an index of a stable map."""

from batcher_core.front_desk import SWEEP_STEPS, FrontDesk
from batcher_core.kept_rounds import RoundShelf
from batcher_core.ledger import Ledger
from batcher_core.polls import PollBoard
from batcher_core.quotas import Quotas
from batcher_core.tallies import Tallies
from batcher_core.text_store import Stores
from batcher_core.voter_book import VoterBook
from batcher_maps import (
    LAYOUT_KEY,
    LAYOUT_VERSION,
    accounts_map,
    flights_map,
    holds_map,
    meta_map,
    results_map,
    rounds_map,
    tickets_map,
    voters_map,
    works_map,
)
from batcher_rows import rows
from refrain_core.limits import NANOSECONDS

HOLD_NS = 3_600 * NANOSECONDS
"""How long past its lease a flight's reply may still come and be booked exactly."""

desk = FrontDesk(Stores(flights_map, tickets_map, results_map, meta_map, works_map))
rounds = RoundShelf(rounds_map)
ledger = Ledger(accounts_map, holds_map)
tallies = Tallies(meta_map)
quotas = Quotas()
polls = PollBoard()
voter_book = VoterBook(voters_map)


def start_empty(controller: str) -> None:
    """Begin with nothing but a first controller."""
    meta_map.insert(LAYOUT_KEY, LAYOUT_VERSION)
    load_all()
    rows.add_controller(controller)


def load_all() -> None:
    """Rebuild the heap from the maps; all of them are bounded.

    Raises:
        ValueError: the maps were written by another layout, so that the upgrade must fail.
    """
    layout = meta_map.get(LAYOUT_KEY)
    if layout != LAYOUT_VERSION:
        raise ValueError(f"stable memory has layout {layout}, this code needs {LAYOUT_VERSION}")
    rows.load()
    desk.load()
    rounds.load()
    ledger.load()
    tallies.load()
    voter_book.load()


def sweep(now_ns: int) -> None:
    """Remove what is over, in bounded steps, and write the counts."""
    desk.sweep(now_ns)
    rounds.sweep(now_ns, SWEEP_STEPS)
    ledger.sweep(now_ns, SWEEP_STEPS)
    quotas.sweep(now_ns)
    tallies.flush()
