"""A dapp pays for its asks; each message of a paid miss traps once, and no cycle is lost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from batcher_core.money import Account, is_balanced
from kybra_replica.candid.decode import decode
from kybra_replica.candid.model import Primitive, TypeTable
from kybra_replica.kernel.rejects import Rejected
from kybra_replica.program.load import load_program
from refrain.sources import bundle_roots
from tests.system.faults.cycle_books import all_cycles
from tests.system.faults.fault_points import Message, faults
from tests.system.faults.test_traps import (
    ASK,
    ASK_GOES_ON,
    FETCH,
    INFER,
    INFER_GOES_ON,
    PUT,
)
from tests.system.faults.trapped_network import TrappedNetwork, variant
from tests.system.network import request

if TYPE_CHECKING:
    from collections.abc import Iterator

DAPP = Path(__file__).parent / "toys" / "dapp" / "main.py"
ACCOUNTS_MEMORY = 5
ATTACHED_CYCLES = 2_000_000_000
MOST_OWN_FEES = 50_000_000
"""What the dapp burns itself: three messages and a call."""

HOLDS_OVER_S = 3_800
"""A hold whose reply never came is given back an hour after its flight's lease."""

PAY = Message("dapp", "update", "pay")
PAY_GOES_ON = Message("dapp", "callback", "pay")


class PaidTrap(NamedTuple):
    """A message that traps, what the dapp learns, and whether its cycles wait in a hold."""

    message: Message
    gets: str
    held: bool = False


PAID_MISS = (
    PaidTrap(PAY, "Rejected"),
    PaidTrap(ASK, "Internal"),
    PaidTrap(FETCH, "Answered"),
    PaidTrap(ASK_GOES_ON, "Internal"),
    PaidTrap(INFER, "Internal"),
    PaidTrap(INFER_GOES_ON, "Internal"),
    PaidTrap(ASK_GOES_ON, "Internal", held=True),
    PaidTrap(PUT, "Answered"),
    PaidTrap(ASK_GOES_ON, "Internal"),
    PaidTrap(PAY_GOES_ON, "Rejected"),
)


class PayingNetwork(TrappedNetwork):
    """The three canisters, and a dapp that is allowed to ask at its own expense."""

    def __init__(self, known_ids: Path) -> None:
        """Make all four."""
        super().__init__(known_ids)
        self.ids["dapp"] = self.replica.create_canister()
        self.replica.install(self.ids["dapp"], load_program(DAPP, bundle_roots()))
        self.allow(self.ids["dapp"], sponsored="no")
        self.cycles = all_cycles(self.replica)

    def pay(self, prompt: str) -> str:
        """Have the dapp ask, and say what it learns."""
        asked = (self.ids["batcher"], ATTACHED_CYCLES, request(prompt))
        try:
            return variant(self.update("dapp", "pay", *asked))
        except Rejected:
            return "Rejected"

    def wealth(self) -> int:
        """Count what the dapp still has."""
        return self.replica.canister(self.ids["dapp"]).cycles

    def account(self) -> Account:
        """Read the dapp's account from the batcher's stable memory."""
        batcher = self.replica.canister(self.ids["batcher"]).canister_id
        rows = self.replica.kernel.store.connection.execute(
            "SELECT value FROM entries WHERE canister = ? AND memory = ?",
            (batcher, ACCOUNTS_MEMORY),
        ).fetchall()
        if not rows:
            return Account()
        record: str = decode(rows[0][0], (Primitive("text"),), TypeTable())[0]
        return Account(*map(int, record.split("|")))


@pytest.fixture(scope="module")
def paying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PayingNetwork]:
    """One network for all faults: the account goes on through all of them."""
    network = PayingNetwork(tmp_path_factory.mktemp("payments") / "ids.json")
    yield network
    network.close()


def test_the_table_names_every_message(paying: PayingNetwork) -> None:
    """A run without faults consists of the table's messages."""
    with faults(paying.replica, paying.ids) as points:
        assert paying.pay("a clean payment") == "Answered"
    assert tuple(points.messages) == tuple(trap.message for trap in PAID_MISS)


def test_what_is_booked_as_spent_is_what_infer_took(paying: PayingNetwork) -> None:
    """Without a fault the account says to the cycle what went on and what stayed as margin."""
    before, taken = paying.account(), paying.counters("infer")["charged_cycles"]
    assert paying.pay("booked to the cycle") == "Answered"
    account = paying.account()
    assert account.spent - before.spent == paying.counters("infer")["charged_cycles"] - taken > 0
    assert account.margin - before.margin == paying.query("batcher", "settings")["margin_cycles"]
    assert is_balanced(account)


@pytest.mark.parametrize(
    ("number", "trap"),
    [pytest.param(n, each, id=f"paid {n} {each.message}") for n, each in enumerate(PAID_MISS)],
)
def test_a_trap_in_a_paid_miss(paying: PayingNetwork, number: int, trap: PaidTrap) -> None:
    """Every cycle is in the account or came back; a hold ends; the next ask is answered."""
    before, wealth = paying.account(), paying.wealth()
    with faults(paying.replica, paying.ids, trap_at=number):
        assert paying.pay(f"paid {number}") == trap.gets
    account = paying.account()
    paying.assert_quiet()
    assert is_balanced(account)
    assert (account.held > 0) is trap.held
    own_fees = wealth - paying.wealth() - (account.charged - before.charged)
    assert 0 < own_fees < MOST_OWN_FEES
    paying.replica.advance(HOLDS_OVER_S)
    settled = paying.account()
    assert (settled.held, settled.charged) == (0, account.charged)
    assert is_balanced(settled)
    assert paying.pay(f"paid {number}") == "Answered"
    assert is_balanced(paying.account())
    paying.assert_quiet()
