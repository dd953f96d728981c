"""The order of trust labels, and what an asker's least label admits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refrain_core.trust_labels import (
    MAX_VOICES,
    MULTI_PROVIDER,
    QUORUM,
    counted_label,
    meets,
    trust_rank,
)

ASCENDING = [
    "single_node",
    "replicated",
    "quorum 1/1",
    "quorum 2/3",
    f"quorum {MAX_VOICES}/{MAX_VOICES}",
    "multi_provider 1/1",
    "multi_provider 2/2",
    f"multi_provider {MAX_VOICES}/{MAX_VOICES}",
    "onchain",
]
NO_LABELS = [
    *("", "SINGLE_NODE", "single_node ", "onchain 1/1", "quorum", "quorum 0/3", "quorum 3/2"),
    *("quorum 2", "quorum 2/", "quorum /3", "quorum 02/3", "quorum 2/03", "quorum -1/3"),
    *("quorum 2/3/4", "quorum  2/3", "quorum 1000/1000", "quorum \u0661/3", "voters 2/3"),
]

voices = st.integers(1, MAX_VOICES)
labels = st.one_of(
    st.sampled_from(["single_node", "replicated", "onchain"]),
    st.builds(
        lambda kind, pair: counted_label(kind, min(pair), max(pair)),
        st.sampled_from([QUORUM, MULTI_PROVIDER]),
        st.tuples(voices, voices),
    ),
)


def test_labels_ascend_in_the_documented_order() -> None:
    """Each meets itself and all before it, and none after it."""
    for place, label in enumerate(ASCENDING):
        met = [least for least in ASCENDING if meets(label, least)]
        assert met == ASCENDING[: place + 1]


def test_of_one_kind_the_voices_that_agreed_count() -> None:
    """Two of five are as much as two of three."""
    assert meets("quorum 2/5", "quorum 2/3")
    assert not meets("quorum 2/2", "quorum 3/9")


@pytest.mark.parametrize("text", NO_LABELS)
def test_what_is_no_label_meets_nothing_and_is_met_by_nothing(text: str) -> None:
    """A label of a later version, or a mistyped one, is no trust at all."""
    assert trust_rank(text) == 0
    assert not meets(text, "single_node")
    assert not meets("onchain", text)
    assert not meets(text, text)


@given(st.text())
def test_any_text_has_a_rank(text: str) -> None:
    """Ranking never raises, and only labels are ranked above 0."""
    assert trust_rank(text) >= 0


@given(labels, labels, labels)
def test_meeting_is_a_total_order(one: str, two: str, three: str) -> None:
    """Of two labels one meets the other, and whoever meets the greater meets the lesser."""
    assert meets(one, two) or meets(two, one)
    if meets(one, two) and meets(two, three):
        assert meets(one, three)
