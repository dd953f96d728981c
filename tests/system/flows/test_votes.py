"""Votes over samples: how they go out, what they come to, and what is kept of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.statuses import COLLAPSED, HIT
from tests.system.electorate import (
    FAILS,
    SEED,
    SILENT,
    begin,
    elect,
    hear,
    vote,
    voted,
)
from tests.system.network import principal

if TYPE_CHECKING:
    from tests.system.network import Network

LEASE_S = 120
UNAWAITED = "decided before it was heard"


def sizes(verdict: dict[str, Any]) -> list[list[int]]:
    """List each group's voters by their numbers."""
    return [[voter["number"] for voter in group["voters"]] for group in verdict["groups"]]


def absent(verdict: dict[str, Any]) -> dict[int, str]:
    """List the voters without a vote, with the reason."""
    return {row["voter"]["number"]: row["reason"] for row in verdict["absent"]}


def test_voters_are_asked_at_once_and_agree(network: Network) -> None:
    """Five outcalls are out together; equal answers in any spelling are the verdict."""
    elect(network, ["The answer is 42.", "41", "\\boxed{42}", "42.0", "well,\nwho knows"])
    ticket = begin(network, voted())
    assert len(network.mocks.pending) == 5
    assert set(network.result(ticket)) == {"Pending"}
    network.release()
    verdict = network.result(ticket)["Consistent"]
    assert verdict["answered"]["answer"]["content"] == "The answer is 42."
    assert verdict["answered"]["answer"]["trust"] == "quorum 3/5"
    assert (verdict["votes"], verdict["total"], verdict["agreement_permille"]) == (3, 5, 600)
    assert sizes(verdict) == [[0, 2, 3], [1]]
    assert verdict["groups"][0]["voters"][1] == {
        "number": 2,
        "provider": "local",
        "model": "tiny@r1:Q4_K_M",
        "sample": 2,
        "seed": SEED + 2,
    }


def test_the_verdict_is_stored_under_the_policy(network: Network) -> None:
    """The same vote asked again is a hit in the reply; another policy is another key."""
    elect(network, ["42"] * 3)
    vote(network, voted(3, 2))
    asked = network.update("batcher", "ask", voted(3, 2))["Answered"]
    assert (asked["cache_status"], asked["answer"]["trust"]) == (HIT, "quorum 2/3")
    assert "Miss" in network.query("cache", "lookup", voted(3, 3))


def test_a_vote_ends_as_soon_as_nobody_can_change_it(network: Network) -> None:
    """Three of five agree: the verdict is there while two are out, and these are kept as well."""
    elect(network, ["42", "42", "42", "7", "8"])
    ticket = begin(network, voted())
    hear(network, 0, 1)
    assert set(network.result(ticket)) == {"Pending"}
    hear(network, 2)
    verdict = network.result(ticket)["Consistent"]
    assert absent(verdict) == {3: UNAWAITED, 4: UNAWAITED}
    network.release()
    assert network.result(ticket)["Consistent"] == verdict
    assert network.counters("batcher")["stored"] == 6  # five samples and the verdict


def test_a_quorum_out_of_reach_ends_the_vote(network: Network) -> None:
    """Once no answer can get its quorum any more, every group is told."""
    elect(network, ["1", "2", "3", "4", "1"])
    ticket = begin(network, voted())
    hear(network, 0, 1, 2)
    assert set(network.result(ticket)) == {"Pending"}
    hear(network, 3)
    verdict = network.result(ticket)["Inconsistent"]
    assert sizes(verdict) == [[0], [1], [2], [3]]
    assert verdict["reason"] == "the most that agree are 1 of 5, and the quorum is 3"
    network.release()


def test_a_likely_verdict_may_be_enough(network: Network) -> None:
    """With stop_permille a lead that seldom turns ends the vote; without it that is awaited."""
    elect(network, ["42"] * 8)
    ticket = begin(network, voted(8, 4, stop_permille=950))
    hear(network, 0, 1, 2)
    assert set(network.result(ticket)) == {"Pending"}
    hear(network, 3)
    assert network.result(ticket)["Consistent"]["votes"] == 4
    network.release()


@pytest.mark.parametrize(
    ("tie_rule", "answer"), [(None, None), ("first_listed", "1"), ("last_listed", "2")]
)
def test_a_tie_is_no_agreement_but_by_a_rule(
    network: Network, tie_rule: str | None, answer: str | None
) -> None:
    """Two and two: only a rule that the request names decides."""
    elect(network, ["1", "2", "1", "2"])
    state = vote(network, voted(4, 2, tie_rule=tie_rule))
    if answer is None:
        assert state["Inconsistent"]["reason"] == "2 answers have 2 votes each: name a tie_rule"
        return
    assert state["Consistent"]["answered"]["answer"]["content"] == answer


def test_five_votes_after_three_ask_two_models(network: Network) -> None:
    """Samples are kept under their numbers, whatever vote they were asked for."""
    elect(network, ["1", "2", "2", "2", "3"], times=5)
    assert sizes(vote(network, voted(3, 2))["Consistent"]) == [[1, 2], [0]]
    assert network.outcalls == 3
    verdict = vote(network, voted(5, 3))["Consistent"]
    assert network.outcalls == 5
    assert verdict["answered"]["outcalls"] <= 2
    assert network.counters("batcher")["samples_reused"] == 3


def test_a_plain_answer_is_the_first_sample(network: Network) -> None:
    """Who asked without a policy has asked sample 0, and the vote asks only the others."""
    elect(network, ["42", "42", "42"])
    plain = {**voted(), "consensus": None}
    network.begin("ask", plain)
    network.release()
    vote(network, voted(3, 2))
    assert network.outcalls == 3


def test_votes_under_way_share_their_samples(network: Network) -> None:
    """Two votes at once over the same samples make the outcalls of the larger one."""
    elect(network, ["42"] * 5)
    large, small = begin(network, voted(5, 3)), begin(network, voted(3, 2))
    network.release()
    assert network.outcalls == 5
    assert all("Consistent" in network.result(ticket) for ticket in (large, small))


def test_who_asks_the_same_vote_joins_it(network: Network) -> None:
    """One vote for all: joiners read its verdict, and asked no model themselves."""
    elect(network, ["42"] * 3)
    tickets = [begin(network, voted(3, 2)) for _ in range(3)]
    tickets.append(begin(network, voted(3, 2), "submit"))
    network.release()
    seen = [network.result(ticket)["Consistent"]["answered"] for ticket in tickets]
    assert network.outcalls == 3
    assert [each["cache_status"] == COLLAPSED for each in seen] == [False, True, True, True]
    assert {each["answer"]["content"] for each in seen} == {"42"}


def test_a_verdict_is_read_by_its_asker_only(network: Network) -> None:
    """A vote's ticket tells strangers nothing."""
    elect(network, ["42"] * 3)
    ticket = begin(network, voted(3, 2))
    network.release()
    state = network.result(ticket, sender=principal("mallory"))
    assert "NotAllowed" in state["Refused"]


def test_a_voter_that_fails_is_absent(network: Network) -> None:
    """The others decide; what failed is named, not counted, and not kept as an answer."""
    elect(network, ["42", FAILS, "42"])
    verdict = vote(network, voted(3, 2, strategy="exact"))["Consistent"]
    assert sizes(verdict) == [[0, 2]]
    elect(network, ["7", FAILS, FAILS])
    other = vote(network, voted(3, 2, "another prompt"))["Inconsistent"]
    assert absent(other) == {1: "Unreachable", 2: "Unreachable"}


def test_a_voter_that_never_answers_ends_with_the_lease(network: Network) -> None:
    """The vote's own timer ends it with what is there, and the ticket never hangs."""
    elect(network, ["42", SILENT, "42", SILENT, "7"])
    ticket = begin(network, voted(5, 3))
    network.release()
    assert set(network.result(ticket)) == {"Pending"}
    network.replica.advance(LEASE_S)
    verdict = network.result(ticket)["Inconsistent"]
    assert sizes(verdict) == [[0, 2], [4]]
    assert absent(verdict) == {1: "not heard in time", 3: "not heard in time"}
    network.mocks.expire()
    network.replica.run()
    network.replica.advance(60)
    assert network.counters("batcher")["flights_open"] == 0


def test_a_minority_that_was_asked_for_agrees_at_the_lease(network: Network) -> None:
    """A quorum of two is met by who answered, though three might have outvoted them."""
    elect(network, ["42", SILENT, "42", SILENT, SILENT])
    ticket = begin(network, voted(5, 2))
    network.release()
    network.replica.advance(LEASE_S)
    assert network.result(ticket)["Consistent"]["votes"] == 2
    network.mocks.expire()
    network.replica.run()


def test_no_cache_asks_every_voter_again(network: Network) -> None:
    """A vote that takes nothing stored takes no stored samples either."""
    elect(network, ["42"] * 3, times=6)
    vote(network, voted(3, 2))
    vote(network, {**voted(3, 2), "cache_control": "no-cache"})
    assert network.outcalls == 6


def test_the_verdict_satisfies_who_takes_no_less(network: Network) -> None:
    """least-trust is about the verdict, not about its samples; three of four are not four."""
    elect(network, ["42", "42", "7"])
    asked = {**voted(3, 2), "cache_control": 'least-trust="quorum 2/3"'}
    assert "Consistent" in vote(network, asked)
    other = {**voted(3, 1), "cache_control": 'least-trust="quorum 3/3"'}
    ticket = begin(network, other)
    network.release()
    assert "NoConsensus" in network.result(ticket)["Failed"]
