"""From what the voters of a poll said to its verdict, and to the outcome of its flight."""

from collections.abc import Mapping
from typing import NamedTuple

from batcher_core.outcomes import Outcome, answered_outcome, may_be_stored, refused_outcome
from batcher_core.polls import Poll
from batcher_core.vote_telling import told_absent, told_group
from batcher_core.voters import Voter
from refrain_core.consensus.ballots import Ballot, Consistent, Inconsistent
from refrain_core.consensus.grouping import Grouping
from refrain_core.consensus.provider_weights import VoterRecord, weighted
from refrain_core.consensus.strategies import strategy_named
from refrain_core.consensus.verdicts import (
    OPEN,
    OUT_OF_REACH,
    REACHED,
    confidence_permille,
    standing,
    tied_groups,
    verdict,
)
from refrain_core.refusals import no_consensus
from refrain_core.trust_labels import MULTI_PROVIDER, QUORUM, counted_label
from refrain_core.vote_policy import BY_RECORD

_MANY_PROVIDERS = 2

Records = Mapping[str, VoterRecord]


class Count(NamedTuple):
    """The votes of a poll as they stand: `OPEN`, `REACHED` or `OUT_OF_REACH`, and the groups."""

    standing: str
    grouping: Grouping


def count(poll: Poll, records: Records) -> Count:
    """Count what was cast so far."""
    policy = poll.policy
    strategy = strategy_named(policy["strategy"])
    ballots = _ballots(poll, records) if policy["weights"] == BY_RECORD else _ballots(poll, None)
    grouping = Grouping((), ()) if strategy is None else strategy(ballots)
    votes = sorted([len(group.voters) for group in grouping.groups], reverse=True)
    return Count(_standing(poll, votes), grouping)


def decided(poll: Poll, counted: Count, status: str) -> Outcome:
    """Return the outcome of a poll that is over, or is ended as it stands."""
    policy = poll.policy
    total, quorum, tie_rule = policy["votes"], policy["quorum"], policy["tie_rule"]
    found = verdict(counted.grouping, total, quorum, tie_rule)
    if isinstance(found, Inconsistent):
        return _inconsistent(poll, found, total, quorum)
    return _consistent(poll, found, counted.grouping, status)


def agreeing(outcome: Outcome) -> "dict[str, bool]":
    """Tell of each provider that voted whether all it said agreed with the verdict."""
    voices: dict[str, bool] = {}
    for place, group in enumerate((outcome.verdict or {})["groups"]):
        for voter in group["voters"]:
            provider = voter["provider"]
            if provider is not None:
                voices[provider] = place == 0 and voices.get(provider, True)
    return voices


def agrees(poll: Poll, content: str) -> bool:
    """Tell whether an answer agrees with what a poll came to."""
    strategy = strategy_named(poll.policy["strategy"])
    ballots = [Ballot("verdict", poll.agreed), Ballot("late", content)]
    return strategy is not None and len(strategy(ballots).groups[0].voters) > 1


def winners(outcome: Outcome) -> "list[str]":
    """Name the providers that had a say in what was agreed on; none if it was not voted on."""
    if outcome.verdict is None:
        return []
    voters = outcome.verdict["groups"][0]["voters"]
    return sorted({voter["provider"] for voter in voters if voter["provider"] is not None})


def _ballots(poll: Poll, records: "Records | None") -> "list[Ballot]":
    cast = [voter for voter in poll.cast() if may_be_stored(poll.heard[voter.number])]
    ballots = [Ballot(str(voter.number), _content(poll, voter)) for voter in cast]
    if records is None:
        return ballots
    named = [Ballot(poll.heard[voter.number].provider, "") for voter in cast]
    weights = [one.weight for one in weighted(named, records)]
    return [ballots[place]._replace(weight=weights[place]) for place in range(len(ballots))]


def _standing(poll: Poll, votes: "list[int]") -> str:
    policy = poll.policy
    total, quorum, left = policy["votes"], policy["quorum"], poll.expected()
    if not left:
        return REACHED if votes and votes[0] >= quorum else OUT_OF_REACH
    state = standing(votes, total - left, total, quorum)
    if state == REACHED and policy["weights"] == BY_RECORD:
        # By numbers nobody can catch up any more, by weights somebody might.
        return OPEN
    likely = policy["stop_permille"]
    if state == OPEN and likely is not None and votes and votes[0] >= quorum:
        second = votes[1] if len(votes) > 1 else 0
        return REACHED if confidence_permille(votes[0], second) >= likely else OPEN
    return state


def _consistent(poll: Poll, found: Consistent, grouping: Grouping, status: str) -> Outcome:
    representative = poll.heard[int(found.voters[0])].answered or {}
    answer = dict(representative["answer"])
    answer["trust"] = _trust(poll, found)
    outcome = answered_outcome(poll.work.plan.digest, answer, status, outcalls=poll.outcalls())
    winner = [group for group in grouping.groups if group not in found.dissent]
    shown = {
        "votes": found.votes,
        "total": found.total,
        "agreement_permille": found.agreement_permille,
        "groups": [told_group(poll, group) for group in (*winner, *found.dissent)],
        "absent": told_absent(poll, grouping.abstained),
    }
    return outcome._replace(verdict=shown)


def _inconsistent(poll: Poll, found: Inconsistent, total: int, quorum: int) -> Outcome:
    tied = tied_groups(found.groups)
    if len(tied) > 1 and len(tied[0].voters) >= quorum:
        reason = f"{len(tied)} answers have {len(tied[0].voters)} votes each: name a tie_rule"
    else:
        most = max([len(group.voters) for group in found.groups], default=0)
        reason = f"the most that agree are {most} of {total}, and the quorum is {quorum}"
    shown = {
        "reason": reason,
        "total": total,
        "groups": [told_group(poll, group) for group in found.groups],
        "absent": told_absent(poll, found.abstained),
        "outcalls": poll.outcalls(),
        "charged_cycles": poll.charged_cycles(),
    }
    refused = refused_outcome(no_consensus(reason))
    return refused._replace(verdict=shown, paid_cycles=poll.charged_cycles())


def _trust(poll: Poll, found: Consistent) -> str:
    """Label by distinct providers where those who agreed are known to be several, else by votes."""
    names = {poll.heard[int(number)].provider for number in found.voters}
    among = poll.policy["among"]
    if "" in names or len(names) < _MANY_PROVIDERS or not among:
        return counted_label(QUORUM, found.votes, found.total)
    return counted_label(MULTI_PROVIDER, len(names), max(len(names), len(among)))


def _content(poll: Poll, voter: Voter) -> str:
    answered = poll.heard[voter.number].answered or {}
    content: str = answered["answer"]["content"]
    return content
