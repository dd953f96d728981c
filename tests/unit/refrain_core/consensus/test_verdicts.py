"""Verdicts: quorums, ties, and stopping early without changing the outcome."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refrain_core.consensus.ballots import Ballot, Consistent, Inconsistent
from refrain_core.consensus.exact_text import exact_form
from refrain_core.consensus.grouping import grouped_by_form
from refrain_core.consensus.verdicts import (
    OPEN,
    OUT_OF_REACH,
    REACHED,
    confidence_permille,
    standing,
    tied_groups,
    verdict,
)
from refrain_core.vote_words import FIRST_LISTED, LAST_LISTED, TIE_RULES

VOTES = st.lists(st.sampled_from("xyz"), max_size=7).map("".join)


def decided(votes: str, quorum: int, tie_rule: str | None = None) -> Consistent | Inconsistent:
    """The verdict on one-letter answers, "-" for none, of voters 0, 1, 2 and so on."""
    cast = [Ballot(str(place), vote.strip("-")) for place, vote in enumerate(votes)]
    return verdict(grouped_by_form(cast, exact_form), len(cast), quorum, tie_rule)


def test_a_quorum_makes_an_answer_consistent() -> None:
    """Votes, total, agreement, who voted for it, and who did not."""
    result = decided("xyx-x", 3)
    assert isinstance(result, Consistent)
    assert result[:5] == ("x", 3, 5, 600, ("0", "2", "4"))
    assert [group.content for group in result.dissent] == ["y"]


def test_without_a_quorum_every_group_is_told() -> None:
    """The heaviest first, with its voters, and who gave no answer."""
    result = decided("xyyz-", 3)
    assert isinstance(result, Inconsistent)
    assert [(group.content, group.voters) for group in result.groups] == [
        ("y", ("1", "2")),
        ("x", ("0",)),
        ("z", ("3",)),
    ]
    assert result.abstained == ("4",)


def test_a_tie_is_inconsistent_unless_a_rule_is_named() -> None:
    """The rules go by the place of the tied groups' voters."""
    assert isinstance(decided("xyyx", 2), Inconsistent)
    first, last = (decided("yxxyz", 2, rule) for rule in TIE_RULES)
    assert isinstance(first, Consistent)
    assert isinstance(last, Consistent)
    assert (first.answer, last.answer) == ("y", "y")
    assert [decided("xyxy", 2, rule)[0] for rule in (FIRST_LISTED, LAST_LISTED)] == ["x", "y"]


def test_no_ballots_and_no_answers_are_inconsistent() -> None:
    """Nothing to agree on is no agreement, whatever the rule."""
    for votes in ("", "---"):
        for rule in (None, *TIE_RULES):
            assert isinstance(decided(votes, 1, rule), Inconsistent)


@given(VOTES, st.integers(1, 7), st.sampled_from([None, *TIE_RULES]))
def test_a_verdict_is_a_plain_count(votes: str, quorum: int, rule: str | None) -> None:
    """Against counting by hand: most votes, quorum, and the rule where that is not one letter."""
    most = max((votes.count(letter) for letter in "xyz"), default=0)
    tied = [letter for letter in "xyz" if most and votes.count(letter) == most]
    result = decided(votes, quorum, rule)
    if most < quorum or not tied or (len(tied) > 1 and rule is None):
        assert isinstance(result, Inconsistent)
        return
    place = votes.rindex if rule == LAST_LISTED else votes.index
    choose = max if rule == LAST_LISTED else min
    assert isinstance(result, Consistent)
    assert result.answer == choose(tied, key=place)


@pytest.mark.parametrize("total", [1, 3, 4, 5])
def test_stopping_early_never_changes_the_outcome(total: int) -> None:
    """Over all votes of three letters, cut anywhere: decided early is decided so at the end."""
    for votes in map("".join, product("xyz", repeat=total)):
        for quorum in range(1, total + 1):
            at_the_end = decided(votes, quorum)
            for cast in range(total + 1):
                counts = sorted((votes[:cast].count(letter) for letter in "xyz"), reverse=True)
                now = standing(counts, cast, total, quorum)
                if now == REACHED:
                    leader = max("xyz", key=votes[:cast].count)
                    assert isinstance(at_the_end, Consistent)
                    assert at_the_end.answer == leader
                elif now == OUT_OF_REACH:
                    assert isinstance(at_the_end, Inconsistent)
            assert (
                standing(counts, total, total, quorum) != OPEN
                or len(
                    tied_groups(at_the_end.groups if isinstance(at_the_end, Inconsistent) else ())
                )
                > 1
            )


def test_confidence_is_that_of_the_beta_distribution() -> None:
    """Beta(a, b) above one half: 1/2 for equals, 1 - 2^-(n+1) for n against none."""
    assert confidence_permille(0, 0) == 500
    assert confidence_permille(3, 3) == 500
    assert confidence_permille(4, 0) == 1_000 * 31 // 32
    assert confidence_permille(3, 1) == 812


@given(st.integers(0, 40), st.integers(0, 40))
def test_confidence_grows_with_the_lead(first: int, second: int) -> None:
    """One more vote for the leader never makes it less sure."""
    assert confidence_permille(first + 1, second) >= confidence_permille(first, second)
    assert 0 <= confidence_permille(first, second) <= 1_000
