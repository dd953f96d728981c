"""Strategies: which answers agree, and what each takes for no answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refrain_core.answer_extraction import MOST_ANSWER_CHARACTERS, extract_answer
from refrain_core.consensus.ballots import Ballot
from refrain_core.consensus.medoid import likeness_permille
from refrain_core.consensus.provider_weights import VoterRecord, recorded, weight_of, weighted
from refrain_core.consensus.strategies import strategy_named
from refrain_core.reasoning_text import split_reasoning
from refrain_core.vote_words import NAMES

CONTENTS = st.sampled_from(["18", "A: 18", r"\boxed{18.0}", "19", "", "<think>", '{"v": 1}', "é"])
STRATEGIES = st.sampled_from(["exact", "normalised", "extracted", "json:v", "medoid", "medoid:700"])


def ballots(*contents: str) -> list[Ballot]:
    """Ballots of voters a, b, c."""
    return [Ballot(chr(ord("a") + place), content) for place, content in enumerate(contents)]


def voters(strategy: str, *contents: str) -> list[str]:
    """The voters of each group, joined."""
    found = strategy_named(strategy)
    assert found is not None
    return ["".join(group.voters) for group in found(ballots(*contents)).groups]


@pytest.mark.parametrize(
    ("text", "thoughts", "answer"),
    [
        ("plain", "", "plain"),
        ("<think>hm</think>yes", "hm", "yes"),
        ("hm</think>\n\nyes", "hm", "yes"),
        ("<think>a</think>b</think>c", "a</think>b", "c"),
        ("<think>cut off", "cut off", None),
        ("", "", ""),
    ],
)
def test_thoughts_are_told_from_answers(text: str, thoughts: str, answer: str | None) -> None:
    """The opening tag may be missing, the last closing one counts, an open end has no answer."""
    assert split_reasoning(text) == (thoughts, answer)


def test_a_model_that_always_thinks_has_no_answer_without_its_closing_tag() -> None:
    """Where the template gives the opening tag, a cut reply looks like plain text."""
    assert split_reasoning("still at it", always_thinks=True) == ("still at it", None)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"so \boxed{18}.", "18"),
        (r"\boxed{1} no, \boxed{\frac{1}{2}}", r"\frac{1}{2}"),
        (r"\boxed{7} and \boxed{8", "7"),
        ("long\nA: 26", "26"),
        ("A: Paris\nB: Rome\nThe answer is B. Surely.", "B"),
        ("#### 1,234", "1,234"),
        ("**Final answer:** 5", "5"),
        ("18", "18"),
        ("two\nlines", None),
        ("<think>A: 3", None),
        (r"\boxed{1}</think>\boxed{2}", "2"),
        ("", None),
        ("x" * (MOST_ANSWER_CHARACTERS + 1), None),
        ("x" * MOST_ANSWER_CHARACTERS, "x" * MOST_ANSWER_CHARACTERS),
    ],
)
def test_final_answers_are_found(text: str, answer: str | None) -> None:
    """Boxes before marks, the last one of each, nothing of what was thought."""
    assert extract_answer(text) == answer


def test_exact_tells_every_letter_apart() -> None:
    """A blank makes another answer."""
    assert voters("exact", "a", "a", "a ", "") == ["ab", "c"]


def test_normalised_folds_what_no_reader_notices() -> None:
    """Case, blanks, typographic quotes and the closing point."""
    assert voters("normalised", "It's  so.", "it\u2019s so", "it is so") == ["ab", "c"]


def test_extracted_compares_by_value() -> None:
    """Prose around the answer does not matter, nor how the number is written."""
    assert voters("extracted", "so\nA: 18", r"\boxed{18.00}", "it is\n#### $18", "17") == [
        "abc",
        "d",
    ]


def test_json_compares_one_field() -> None:
    """Fences, order of members and 1 against 1.0 do not matter; no JSON is no answer."""
    contents = (
        '{"v": {"a": 1, "b": [2]}}',
        '```json\n{"v":{"b":[2.0],"a":1}}\n```',
        "{",
        '{"w":1}',
    )
    assert voters("json:v", *contents) == ["ab"]
    assert voters("json:v.b.0", *contents[:2]) == ["ab"]
    assert voters("json:v.b.1", *contents[:2]) == []


def test_medoid_stands_for_what_is_most_alike() -> None:
    """The answer that shares most words with the others speaks for them."""
    grouping = strategy_named("medoid")
    assert grouping is not None
    texts = ("the cat sat on the mat", "the cat sat on a mat", "the cat sat down", "dogs bark")
    first, *rest = grouping(ballots(*texts)).groups
    assert first.content == texts[0]
    assert first.voters == ("a", "b", "c")
    assert [group.voters for group in rest] == [("d",)]


@given(st.frozensets(st.text(max_size=3)), st.frozensets(st.text(max_size=3)))
def test_likeness_is_symmetric_and_bounded(left: frozenset[str], right: frozenset[str]) -> None:
    """0 to 1,000, and 1,000 exactly for equal sets that are not empty."""
    likeness = likeness_permille(left, right)
    assert likeness == likeness_permille(right, left)
    assert 0 <= likeness <= 1_000
    assert (likeness == 1_000) == (left == right and bool(left))


@given(STRATEGIES, st.lists(CONTENTS, max_size=9))
def test_every_ballot_is_in_one_group_or_abstains(name: str, contents: list[str]) -> None:
    """No voter is lost or counted twice, and groups come with the heaviest first."""
    strategy = strategy_named(name)
    assert strategy is not None
    cast = [Ballot(str(place), content) for place, content in enumerate(contents)]
    grouping = strategy(cast)
    told = [voter for group in grouping.groups for voter in group.voters] + [*grouping.abstained]
    assert sorted(told) == sorted(ballot.voter for ballot in cast)
    assert [group.weight for group in grouping.groups] == sorted(
        (len(group.voters) for group in grouping.groups), reverse=True
    )


@pytest.mark.parametrize("name", ["", "json:", "medoid:0", "medoid:1001", "medoid:x", "Exact"])
def test_unknown_strategies_are_none(name: str) -> None:
    """A name that is none is told, not guessed at."""
    assert strategy_named(name) is None
    assert len(NAMES) == 6


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_better_record_weighs_more(voted: int, agreed: int) -> None:
    """One more agreement never lowers a weight, one more dissent never raises it."""
    record = VoterRecord(voted + agreed, agreed)
    assert weight_of(recorded(record, agreed=True)) >= weight_of(record)
    assert weight_of(recorded(record, agreed=False)) <= weight_of(record)
    assert weight_of(record) >= 1


def test_weights_are_log_odds_in_thousandths_of_a_doubling() -> None:
    """Four times as often right as wrong are two doublings; a newcomer has a hair's weight."""
    assert weight_of(VoterRecord(8, 7)) == 2_000
    assert weight_of(VoterRecord()) == 1
    cast = weighted(ballots("x", "y"), {"a": VoterRecord(8, 7)})
    assert [ballot.weight for ballot in cast] == [2_000, 1]
