"""Right or wrong: votes and voters held against the true answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from refrain_core.consensus.ballots import Ballot
from refrain_core.consensus.provider_weights import VoterRecord, recorded, weighted
from refrain_core.consensus.verdicts import tied_groups, winner_of
from refrain_core.vote_words import FIRST_LISTED, LAST_LISTED

if TYPE_CHECKING:
    from collections.abc import Callable

    from refrain.tally.answer_records import Problem
    from refrain_core.consensus.ballots import Group
    from refrain_core.consensus.strategies import Strategy

TRUTH = "the truth"


class Score:
    """Problems counted as they come."""

    def __init__(self, strategy: Strategy) -> None:
        """Score votes by `strategy`."""
        self._strategy = strategy
        self._records: dict[str, VoterRecord] = {}
        self.problems = 0
        self.judged = 0
        self.right = {FIRST_LISTED: 0, LAST_LISTED: 0, "weighted": 0}
        self.right_averaged = 0.0
        self.ties = 0
        self.voters: dict[str, dict[str, int]] = {}
        self.agreement: dict[tuple[int, int], dict[str, int]] = {}
        self.flags = {"given": 0, "met": 0}

    def add(self, problem: Problem) -> None:
        """Vote on a problem, and hold the vote and every voter against its truth."""
        self.problems += 1
        groups = self._strategy(problem.ballots).groups
        is_right = self._judge(problem)
        self._count_voters(problem, is_right)
        self._count_agreement(problem, groups, is_right)
        if problem.truth is not None:
            self._count_vote(groups, is_right)
            self._count_weighted(problem, is_right)

    def _judge(self, problem: Problem) -> Callable[[str], bool]:
        """A function that tells whether an answer agrees with the truth, by the strategy itself."""
        truth = problem.truth
        if truth is None:
            return lambda _content: False
        true_ballot = Ballot(TRUTH, truth)
        return lambda content: len(_voters(self._strategy, true_ballot, content)) > 1

    def _count_voters(self, problem: Problem, is_right: Callable[[str], bool]) -> None:
        for ballot, flag in zip(problem.ballots, problem.flags, strict=True):
            counts = self.voters.setdefault(ballot.voter, {"ballots": 0, "answered": 0, "right": 0})
            right = is_right(ballot.content)
            counts["ballots"] += 1
            counts["answered"] += bool(self._strategy([ballot]).groups)
            counts["right"] += right
            if flag is not None and problem.truth is not None:
                self.flags["given"] += 1
                self.flags["met"] += flag == right

    def _count_agreement(
        self, problem: Problem, groups: tuple[Group, ...], is_right: Callable[[str], bool]
    ) -> None:
        winner = winner_of(groups, LAST_LISTED)
        votes = 0 if winner is None else len(winner.voters)
        row = self.agreement.setdefault(
            (votes, len(problem.ballots)), {"problems": 0, "right": 0, "tied": 0}
        )
        row["problems"] += 1
        row["tied"] += len(tied_groups(groups)) > 1
        row["right"] += winner is not None and is_right(winner.content)

    def _count_vote(self, groups: tuple[Group, ...], is_right: Callable[[str], bool]) -> None:
        self.judged += 1
        tied = tied_groups(groups)
        self.ties += len(tied) > 1
        if tied:
            self.right_averaged += sum(is_right(one.content) for one in tied) / len(tied)
        for rule in (FIRST_LISTED, LAST_LISTED):
            winner = winner_of(groups, rule)
            self.right[rule] += winner is not None and is_right(winner.content)

    def _count_weighted(self, problem: Problem, is_right: Callable[[str], bool]) -> None:
        """Vote by the records so far, which learn from verdicts and never from the truth."""
        groups = self._strategy(weighted(problem.ballots, self._records)).groups
        winner = winner_of(groups, LAST_LISTED)
        if winner is None:
            return
        self.right["weighted"] += is_right(winner.content)
        for ballot in problem.ballots:
            record = self._records.get(ballot.voter, VoterRecord())
            self._records[ballot.voter] = recorded(record, agreed=ballot.voter in winner.voters)

    def report(self) -> dict[str, Any]:
        """All figures; rates are None where nothing was judged."""
        averaged = {"right": self.right_averaged, "accuracy": self._rate(self.right_averaged)}
        vote: dict[str, Any] = {
            rule: {"right": right, "accuracy": self._rate(right)}
            for rule, right in self.right.items()
        }
        return {
            "problems": self.problems,
            "judged": self.judged,
            "ties": self.ties,
            "vote": {**vote, "averaged": averaged},
            "voters": {name: self._voter(row) for name, row in self.voters.items()},
            "agreement": [self._agreement(*key) for key in sorted(self.agreement)],
            "flags": self.flags,
        }

    def _rate(self, right: float) -> float | None:
        return right / self.judged if self.judged else None

    def _voter(self, row: dict[str, int]) -> dict[str, Any]:
        return {**row, "accuracy": row["right"] / row["ballots"] if self.judged else None}

    def _agreement(self, votes: int, total: int) -> dict[str, Any]:
        row = self.agreement[votes, total]
        accuracy = row["right"] / row["problems"] if self.judged else None
        return {"votes": votes, "total": total, **row, "accuracy": accuracy}


def _voters(strategy: Strategy, truth: Ballot, content: str) -> tuple[str, ...]:
    groups = strategy([truth, Ballot("asked", content)]).groups
    return next((group.voters for group in groups if TRUTH in group.voters), ())
