"""Asks, submits, joins, votes and cancels under seeded schedules: orders, delays, losses, traps.

After each message one of those that wait runs next, a reply of the model arrives, one is lost, time
passes, or the message traps. Whatever happened: every asker is answered in one of the ways that it
may be, the books balance, no cycle is lost, and nothing is in flight in the end.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from kybra_replica.kernel.clock import ManualClock
from kybra_replica.kernel.rejects import Rejected
from kybra_replica.outcalls.mocks import StrictMocks
from kybra_replica.outcalls.request import OutcallResponse
from tests.system.electorate import seed_of, voted
from tests.system.network import OPERATOR, Network, chat_reply
from tests.system.payers import PLENTY, Wallet, all_cycles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.outcalls.request import OutcallReply, OutcallRequest

SCHEDULES = 60
"""How many seeds are explored; `explored` says what they came to."""

SAYINGS = ("42", "42", "7", "42", "7")
ENDS = ({"Settled"}, {"Failed"}, {"Expired"}, {"Consistent"}, {"Inconsistent"}, {"Refused"})
LEASE_S = 125
HOLD_S = 4_000


class Chaos:
    """One run: what is asked, and in which order what happens."""

    def __init__(self, network: Network, wallet: Wallet, seed: int) -> None:
        """Draw everything from the seed."""
        self.network, self.wallet = network, wallet
        self.dice = random.Random(seed)  # noqa: S311 - a test's order, the same at each run
        self.asks: list[int] = []
        self.tickets: list[dict[str, Any]] = []
        self.happened: list[str] = []
        self.prompts = [f"{seed}: a", f"{seed}: b"]

    def run(self) -> None:
        """Ask, let things happen until nothing is left, and let every lease end."""
        for _ in range(self.dice.randint(3, 6)):
            self._ask()
            self._turns(self.dice.randrange(12))
            self._call_off()
        self._turns(400)
        self.network.replica.kernel.fault = None
        for _ in range(4):
            self.network.release()
            self.network.mocks.expire()
            self.network.replica.run()
            self.network.replica.advance(LEASE_S)
        self.network.release()

    def _ask(self) -> None:
        asked = voted(5, 3, self.dice.choice(self.prompts))
        if self.dice.random() < 0.5:
            asked["consensus"] = None
        replica, batcher = self.network.replica, self.network.ids["batcher"]
        method = self.dice.choice(["pay_ask", "pay_submit"])
        number = replica.submit(
            self.wallet.canister, method, batcher, asked, PLENTY, sender=OPERATOR
        )
        self.asks.append(number)

    def _call_off(self) -> None:
        """Cancel one of the tickets so far, whatever has become of it."""
        tickets = [ticket for ticket in map(self._ticket, self.asks) if ticket is not None]
        if tickets and self.dice.random() < 0.5:
            args = (self.network.ids["batcher"], self.dice.choice(tickets))
            self.network.replica.submit(self.wallet.canister, "call_off", *args, sender=OPERATOR)
            self._note("a ticket is called off")

    def _ticket(self, number: int) -> int | None:
        try:
            result = self.network.replica.reply(number)["result"] or {}
        except (KeyError, Rejected):
            return None
        ticket = result.get("Joined") or result.get("Ticket")
        return None if ticket is None else int(ticket["ticket"])

    def _turns(self, most: int) -> None:
        for _ in range(most):
            if not (self.network.replica.kernel.queue or self.network.mocks.pending):
                return
            self._turn()

    def _turn(self) -> None:
        queue, mocks = self.network.replica.kernel.queue, self.network.mocks
        chance = self.dice.random()
        if chance < 0.02:
            self._note("time passes")
            assert isinstance(self.network.replica.clock, ManualClock)
            self.network.replica.clock.advance(self.dice.choice([1, 30, 125]))
        elif chance < 0.25 and mocks.pending:
            self._note("a reply arrives")
            mocks.release(self.dice.choice(mocks.pending))
            while not self.network.replica.inbox.empty():
                self.network.replica.inbox.get()()
        elif queue:
            queue.rotate(-self.dice.randrange(len(queue)))
            self._note("a message traps" if self._trap_next() else "a message runs")
            self.network.replica.step()
            self.network.replica.kernel.fault = None
        else:
            self.network.replica.pump.gather()

    def _trap_next(self) -> bool:
        """Have the next message trap, now and then, if it is one of the three canisters'."""
        if self.dice.random() >= 0.04:
            return False
        ours = set(self.network.ids.values())
        self.network.replica.kernel.fault = lambda canister, _kind, _method: (
            "by the schedule" if canister in ours else None
        )
        return True

    def _note(self, what: str) -> None:
        self.happened.append(what)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Network, Wallet]]:
    """One network and one payer for all schedules, so that what one leaves meets the next."""
    path = tmp_path_factory.mktemp("schedules") / "ids.json"
    network = Network(StrictMocks(), path)
    dice = random.Random(0)  # noqa: S311

    def answer(outcall: OutcallRequest, _node: int) -> OutcallReply | None:
        if dice.random() < 0.1:
            return None
        return OutcallResponse(200, (), chat_reply(SAYINGS[seed_of(outcall)]).encode())

    network.mocks.expect(times=10_000).answer(answer)
    yield network, Wallet(network)
    network.close()


def ends(network: Network, wallet: Wallet, number: int) -> str:
    """Say how a paid ask ended, through its ticket if it has one; it must have ended."""
    try:
        paid = network.replica.reply(number)
    except Rejected as reject:
        return f"rejected: {reject.code}"
    result = paid["result"]
    if result is None:
        return "rejected"
    ticket = result.get("Joined") or result.get("Ticket")
    if ticket is None:
        return str(next(iter(result)))
    state = network.result(ticket, sender=wallet.canister)
    assert set(state) in ENDS, state
    return f"ticket: {next(iter(state))}"


def test_whatever_happens_every_asker_is_answered_and_the_books_balance(
    stage: tuple[Network, Wallet], capsys: pytest.CaptureFixture[str]
) -> None:
    """Each schedule ends with nothing in flight, nothing held and every cycle somewhere."""
    network, wallet = stage
    seen: dict[str, int] = {}
    happened: dict[str, int] = {}
    for seed in range(SCHEDULES):
        before = all_cycles(network)
        chaos = Chaos(network, wallet, seed)
        chaos.run()
        for number in chaos.asks:
            end = ends(network, wallet, number)
            seen[end] = seen.get(end, 0) + 1
        for what in chaos.happened:
            happened[what] = happened.get(what, 0) + 1
        network.mocks.expire()
        network.replica.advance(HOLD_S)
        network.release()
        account = wallet.account()
        assert account["charged"] == sum(account.values()) - account["charged"], seed
        assert account["held"] == 0, seed
        assert all_cycles(network) == before, seed
        assert network.counters("batcher")["flights_open"] == 0, seed
    with capsys.disabled():
        told = f"\n{SCHEDULES} schedules: {happened}; asks ended: {seen}"
        print(told)  # noqa: T201 - how much was explored is what this test has to say
    assert happened["a message traps"] > SCHEDULES
    assert len(seen) > 4
