"""From groups to a verdict: the quorum, ties, and when more ballots could change nothing."""

from collections.abc import Sequence

from refrain_core.consensus.ballots import Consistent, Group, Inconsistent
from refrain_core.consensus.grouping import Grouping
from refrain_core.vote_words import LAST_LISTED

OPEN = "open"
REACHED = "reached"
OUT_OF_REACH = "out_of_reach"

_THOUSAND = 1_000


def verdict(
    grouping: Grouping, total: int, quorum: int, tie_rule: "str | None" = None
) -> "Consistent | Inconsistent":
    """Decide among `total` ballots, abstentions included.

    The heaviest group wins if it has `quorum` ballots. Where the heaviest ones weigh the same it
    is a tie, which only a rule decides: for the group of the first-listed of their voters, or the
    last-listed.
    """
    winner = winner_of(grouping.groups, tie_rule)
    if winner is None or len(winner.voters) < quorum:
        return Inconsistent(grouping.groups, grouping.abstained)
    votes = len(winner.voters)
    dissent = tuple([group for group in grouping.groups if group is not winner])
    permille = _THOUSAND * votes // total
    return Consistent(winner.content, votes, total, permille, winner.voters, dissent)


def winner_of(groups: Sequence[Group], tie_rule: "str | None") -> "Group | None":
    """Return the heaviest group; None if there is none, or a tie that no rule decides."""
    tied = tied_groups(groups)
    if len(tied) > 1 and tie_rule is None:
        return None
    if tie_rule == LAST_LISTED:
        return max(tied, key=lambda group: group.last, default=None)
    return min(tied, key=lambda group: group.first, default=None)


def tied_groups(groups: Sequence[Group]) -> list[Group]:
    """Return the groups that weigh most, all of them."""
    most = max((group.weight for group in groups), default=0)
    return [group for group in groups if group.weight == most]


def standing(votes: Sequence[int], cast: int, total: int, quorum: int) -> str:
    """Tell whether a vote by numbers is decided before all `total` ballots are cast.

    `votes` are the ballots of each group, the most first; `cast` counts abstentions too. The
    quorum is reached when no other group can catch up any more, and out of reach when even all
    the ballots to come would not make it.
    """
    left = total - cast
    first = votes[0] if votes else 0
    second = votes[1] if len(votes) > 1 else 0
    if first >= quorum and first > second + left:
        return REACHED
    return OUT_OF_REACH if first + left < quorum else OPEN


def confidence_permille(first: int, second: int) -> int:
    """Return how likely it is that the leading answer stays ahead of the next one, in thousandths.

    Beta(first + 1, second + 1) above one half, as Adaptive-Consistency stops by (Aggarwal and
    others, "Let's sample step by step", 2023; its threshold is 950). Exact, by binomials.
    """
    trials = first + second + 1
    ways, term = 0, 1
    for heads in range(first + 1):
        ways += term
        term = term * (trials - heads) // (heads + 1)
    return _THOUSAND * ways >> trials
