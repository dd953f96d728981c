"""Votes under way: who was asked, who was heard, who is still expected.

A poll lives in the heap. What its voters answered is stored in the cache, and what was asked stands
with its flight, so that a poll that an upgrade ends is taken again for little.
"""

from collections.abc import Sequence
from typing import Any

from batcher_core.outcomes import Outcome
from batcher_core.vote_machine import (
    ANSWER_HEARD,
    CAST,
    EXPECTED,
    FAILURE_HEARD,
    VOTE_CLOSED,
    next_voter_state,
)
from batcher_core.voters import Voter
from batcher_core.work_items import Work


class Poll:
    """One vote. began_ns: when its voters were asked; timer: the one that ends it, or 0.

    is_overdue: whether its time is over. agreed: the content that was agreed on, "" before and
    without a verdict. recorded: the providers whose records count this verdict.
    """

    def __init__(self, work: Work, voters: Sequence[Voter], began_ns: int) -> None:
        """Expect all voters."""
        self.work = work
        self.voters = voters
        self.began_ns = began_ns
        self.timer = 0
        self.is_closed = False
        self.is_overdue = False
        self.agreed = ""
        self.recorded: set[str] = set()
        self.heard: dict[int, Outcome] = {}
        self._states = {voter.number: EXPECTED for voter in voters}
        self._own: set[int] = set()
        self._out: set[int] = set()

    @property
    def token(self) -> int:
        """The token of the vote's flight."""
        return self.work.token

    @property
    def hold(self) -> int:
        """The token by which the price of all samples is held."""
        return self.work.hold or self.work.token

    @property
    def policy(self) -> "dict[str, Any]":
        """How the vote is decided."""
        return self.work.plan.policy or {}

    @property
    def is_over(self) -> bool:
        """Whether nobody is out any more, so that nothing more will be paid."""
        return not self._out

    def send(self, number: int, *, is_own: bool) -> None:
        """Note that a voter was asked, at this vote's expense or on another's behalf."""
        self._out.add(number)
        if is_own:
            self._own.add(number)

    def pays(self, number: int) -> bool:
        """Tell whether a voter was asked at this vote's expense."""
        return number in self._own

    def hear(self, number: int, outcome: Outcome) -> None:
        """Note what a voter's sample came to; a vote already missed is not counted."""
        self._out.discard(number)
        asked_of = self.voters[number].plan.provider
        if asked_of is not None:
            outcome = outcome._replace(provider=asked_of)
        event = FAILURE_HEARD if outcome.answered is None else ANSWER_HEARD
        if self._states[number] == EXPECTED:
            self.heard[number] = outcome
        self._states[number] = next_voter_state(self._states[number], event)

    def close(self) -> None:
        """End the vote with what was heard."""
        self.is_closed = True
        for number in self._states:
            self._states[number] = next_voter_state(self._states[number], VOTE_CLOSED)

    def run_out(self) -> None:
        """Note that the time is over: who was not heard by now is not awaited."""
        self.is_overdue = True

    def agree_on(self, content: str) -> None:
        """Note what the verdict is, for those who come after it."""
        self.agreed = content

    def state_of(self, number: int) -> str:
        """Return a voter's state."""
        return self._states[number]

    def expected(self) -> int:
        """Count the voters not yet heard."""
        return sum(state == EXPECTED for state in self._states.values())

    def cast(self) -> "list[Voter]":
        """List the voters whose answers count."""
        return [voter for voter in self.voters if self._states[voter.number] == CAST]

    def outcalls(self) -> int:
        """Count the outcalls made for this vote, as far as they were heard."""
        answers = [self.heard[number].answered for number in self.heard if number in self._own]
        return sum(answered["outcalls"] for answered in answers if answered is not None)

    def charged_cycles(self) -> int:
        """Sum up what this vote cost; who is still out counts at the most that it may cost."""
        paid = 0
        for number in self._own:
            outcome = self.heard.get(number)
            if outcome is None:
                paid += self.work.cost.miss_cycles // len(self.voters)
            elif outcome.answered is None:
                paid += outcome.paid_cycles
            else:
                paid += outcome.answered["charged_cycles"]
        return paid


class PollBoard:
    """All polls, and which of them listens to which flight."""

    def __init__(self) -> None:
        """Start with none."""
        self._polls: dict[int, Poll] = {}
        self._listeners: dict[int, list[tuple[int, int]]] = {}

    def __len__(self) -> int:
        """Count the polls, closed ones included whose voters are still out."""
        return len(self._polls)

    def open(self, poll: Poll) -> None:
        """Take a poll up."""
        self._polls[poll.token] = poll

    def poll(self, token: int) -> "Poll | None":
        """Return the poll of a vote's flight."""
        return self._polls.get(token)

    def listen(self, flight_token: int, poll: Poll, number: int, *, is_own: bool) -> None:
        """Have a voter of the poll be heard when that flight ends."""
        poll.send(number, is_own=is_own)
        self._listeners.setdefault(flight_token, []).append((poll.token, number))

    def is_heeded(self, flight_token: int) -> bool:
        """Tell whether a vote that is not closed listens to that flight."""
        listeners = [self._polls.get(token) for token, _ in self._listeners.get(flight_token, ())]
        return any(poll is not None and not poll.is_closed for poll in listeners)

    def heeds(self, poll: Poll) -> "list[tuple[int, int]]":
        """List the flights that a poll listens to at its own expense, with its voters' numbers."""
        return [
            (flight_token, number)
            for flight_token, listeners in self._listeners.items()
            for token, number in listeners
            if token == poll.token and poll.pays(number)
        ]

    def tell(self, flight_token: int, outcome: Outcome) -> "list[tuple[Poll, int]]":
        """Tell every listener how a flight ended; return their polls, with the voters' numbers."""
        polls = []
        for token, number in self._listeners.pop(flight_token, ()):
            poll = self._polls.get(token)
            if poll is not None:
                poll.hear(number, outcome)
                polls.append((poll, number))
        return polls

    def forget(self, poll: Poll) -> None:
        """Let go of a poll that is closed and over."""
        self._polls.pop(poll.token, None)

    def overdue(self, began_before_ns: int) -> "list[Poll]":
        """List the polls that were begun before then, the oldest first."""
        return [poll for poll in self._polls.values() if poll.began_ns < began_before_ns]
