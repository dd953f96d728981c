"""Ballots gathered into groups that agree, for strategies that give each answer a form."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from refrain_core.consensus.ballots import Ballot, Group


class Grouping(NamedTuple):
    """The groups, the heaviest first (equal ones in the order of their first ballot)."""

    groups: "tuple[Group, ...]"
    abstained: "tuple[str, ...]"


def grouped_by_form(ballots: Sequence[Ballot], form_of: "Callable[[str], str | None]") -> Grouping:
    """Put ballots whose contents have equal forms together; None as a form abstains."""
    members: dict[str, list[int]] = {}
    abstained = []
    for place, ballot in enumerate(ballots):
        form = form_of(ballot.content)
        if form is None:
            abstained.append(ballot.voter)
        else:
            members.setdefault(form, []).append(place)
    return grouping_of(ballots, list(members.values()), abstained)


def grouping_of(
    ballots: Sequence[Ballot], members: Sequence[Sequence[int]], abstained: Sequence[str]
) -> Grouping:
    """Make groups of lists of places; the first place of each gives the content."""
    groups = [_group(ballots, places) for places in members]
    groups.sort(key=lambda group: (-group.weight, group.first))
    return Grouping(tuple(groups), tuple(abstained))


def _group(ballots: Sequence[Ballot], places: Sequence[int]) -> Group:
    voters = tuple([ballots[place].voter for place in places])
    weight = sum(ballots[place].weight for place in places)
    return Group(ballots[places[0]].content, voters, weight, min(places), max(places))
