"""How a vote is told: each group and each absent voter, with where every answer came from."""

from typing import Any

from batcher_core.outcomes import may_be_stored
from batcher_core.polls import Poll
from batcher_core.voters import Voter
from refrain_core.consensus.ballots import Group

SHOWN_CHARACTERS = 4_000
"""Of an answer in a group; the one that was agreed on is delivered whole."""

NO_ANSWER = "no answer in the reply"
CUT_OFF = "the reply was cut off"
NOT_HEARD = "not heard in time"
NOT_AWAITED = "decided before it was heard"


def told_group(poll: Poll, group: Group) -> "dict[str, Any]":
    """Return a group as a VoteGroup record."""
    by_number = {str(voter.number): voter for voter in poll.voters}
    return {
        "content": group.content[:SHOWN_CHARACTERS],
        "weight": group.weight,
        "voters": [_voter(poll, by_number[number]) for number in group.voters],
    }


def told_absent(poll: Poll, abstained: "tuple[str, ...]") -> "list[dict[str, Any]]":
    """Return every voter without a vote as an AbsentVoter record; `abstained` are numbers."""
    rows = []
    for voter in poll.voters:
        outcome = poll.heard.get(voter.number)
        if outcome is None:
            reason = NOT_HEARD if poll.is_overdue else NOT_AWAITED
        elif outcome.answered is None:
            reason = next(iter(outcome.refusal or {"Internal": ""}))
        elif not may_be_stored(outcome):
            reason = CUT_OFF
        elif str(voter.number) in abstained:
            reason = NO_ANSWER
        else:
            continue
        rows.append({"voter": _voter(poll, voter), "reason": reason})
    return rows


def _voter(poll: Poll, voter: Voter) -> "dict[str, Any]":
    outcome = poll.heard.get(voter.number)
    provider = voter.plan.provider if outcome is None else outcome.provider
    return {
        "number": voter.number,
        "provider": provider or None,
        "model": voter.plan.request["model"],
        "sample": voter.plan.sample,
        "seed": voter.seed,
    }
