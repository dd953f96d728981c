"""What goes into a vote and what comes out of it."""

from typing import NamedTuple


class Ballot(NamedTuple):
    """One sample's answer. voter: who gave it, such as a provider or a node; weight: its say."""

    voter: str
    content: str
    weight: int = 1


class Group(NamedTuple):
    """Ballots that agree. content: what stands for all of them; first, last: places of ballots."""

    content: str
    voters: "tuple[str, ...]"
    weight: int
    first: int
    last: int


class Consistent(NamedTuple):
    """An answer that met its quorum; dissent holds the groups that did not win."""

    answer: str
    votes: int
    total: int
    agreement_permille: int
    voters: "tuple[str, ...]"
    dissent: "tuple[Group, ...]"


class Inconsistent(NamedTuple):
    """No answer met its quorum: every group, the heaviest first, and who gave no answer."""

    groups: "tuple[Group, ...]"
    abstained: "tuple[str, ...]"
