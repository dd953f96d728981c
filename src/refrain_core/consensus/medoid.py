"""Agreement of free text by shared words: the answer most like all others stands for them.

The likeness of two texts is Jaccard's: words they share, in thousandths of the words that either
has. The medoid has the greatest sum of likenesses; who is like it enough agrees with it. What is
left over is grouped in the same way.
"""

from collections.abc import Sequence

from refrain_core.blanks import with_plain_blanks
from refrain_core.consensus.ballots import Ballot
from refrain_core.consensus.grouping import Grouping, grouping_of

MOST_WORDS = 2_000
"""Words compared of each text."""

_MARKS = ".,;:!?\"'()[]{}*_`"


def grouped_by_likeness(ballots: Sequence[Ballot], least_permille: int) -> Grouping:
    """Group ballots around medoids; an empty text abstains."""
    words = [_words(ballot.content) for ballot in ballots]
    left = [place for place in range(len(ballots)) if words[place]]
    abstained = [ballot.voter for place, ballot in enumerate(ballots) if not words[place]]
    members = []
    while left:
        center = max(left, key=lambda place: (_support(place, left, words), -place))
        near = [
            place
            for place in left
            if place != center and likeness_permille(words[center], words[place]) >= least_permille
        ]
        members.append([center, *near])
        left = [place for place in left if place != center and place not in near]
    return grouping_of(ballots, members, abstained)


def likeness_permille(left: "frozenset[str]", right: "frozenset[str]") -> int:
    """Return Jaccard's likeness of two sets of words, 0 to 1,000."""
    either = len(left | right)
    return 1_000 * len(left & right) // either if either else 0


def _support(place: int, others: Sequence[int], words: "Sequence[frozenset[str]]") -> int:
    return sum(likeness_permille(words[place], words[other]) for other in others)


def _words(content: str) -> "frozenset[str]":
    words = [word.strip(_MARKS) for word in with_plain_blanks(content.lower()).split()[:MOST_WORDS]]
    return frozenset([word for word in words if word])
