"""Polls: whoever is heard in whatever order, nobody counts twice and a decision stays one."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from batcher_core.ask_plan import Plan, plan_request
from batcher_core.money import Price
from batcher_core.outcomes import Outcome, answered_outcome, charged, refused_outcome
from batcher_core.polls import Poll
from batcher_core.serving import UNSOUGHT
from batcher_core.vote_counting import count, decided
from batcher_core.voters import voters_of
from batcher_core.work_items import Work

MODEL = "smol@r1:q8_0"
ANSWERS = st.lists(st.sampled_from(["1", "2", "3", None]), min_size=2, max_size=7)


def poll_of(votes: int, quorum: int, **fields: Any) -> Poll:
    """Open a poll over seeds of a paying asker."""
    policy = {"votes": votes, "quorum": quorum, "strategy": "exact", "spread": "seeds"}
    policy |= {"among": [], "tie_rule": None, "stop_permille": None, "weights": "equal"} | fields
    request = {
        "namespace": None,
        "model": MODEL,
        "messages": [{"role": "user", "content": "?"}],
        "max_tokens": 9,
        "temperature_micros": None,
        "top_p_micros": None,
        "seed": 3,
        "stop": [],
        "response_format": None,
        "extra": None,
        "cache_control": None,
        "consensus": policy,
    }
    plan = plan_request("aaaaa-aa", "paying", request, [MODEL])
    assert isinstance(plan, Plan)
    work = Work(plan, 1, Price(1, 10 * votes, votes), 0, UNSOUGHT)
    return Poll(work, voters_of(plan), 0)


def outcome_of(said: str | None) -> Outcome:
    """Make a sample's outcome: an answer that cost 7, or a failure that cost 5."""
    if said is None:
        return refused_outcome({"Timeout": "late"})._replace(paid_cycles=5)
    answer = {"content": said, "finish": "stop", "trust": "single_node", "model": MODEL}
    outcome = answered_outcome("d", answer, "fwd=miss", outcalls=1)
    return charged(outcome, 7)


@given(ANSWERS, st.randoms(use_true_random=False), st.integers(1, 7))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_an_early_end_is_what_all_votes_would_have_come_to(
    said: list[str | None], dice: Any, quorum: int
) -> None:
    """Stopping once certain never changes who wins: the order of arrival decides nothing."""
    quorum = min(quorum, len(said))
    poll, whole = poll_of(len(said), quorum), poll_of(len(said), quorum)
    for number, one in enumerate(said):
        whole.hear(number, outcome_of(one))
    final = decided(whole, count(whole, {}), "fwd=miss")
    order = list(range(len(said)))
    dice.shuffle(order)
    for number in order:
        poll.hear(number, outcome_of(said[number]))
        counted = count(poll, {})
        if counted.standing != "open":
            break
    early = decided(poll, counted, "fwd=miss")
    assert (early.answered is None) == (final.answered is None)
    if early.answered is not None and final.answered is not None:
        assert early.answered["answer"]["content"] == final.answered["answer"]["content"]


@given(ANSWERS, st.integers(0, 7))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_every_voter_is_in_a_group_or_absent(said: list[str | None], heard: int) -> None:
    """Whenever a vote ends, each voter is told of once, and groups are of equal answers."""
    poll = poll_of(len(said), 1)
    for number, one in enumerate(said[:heard]):
        poll.hear(number, outcome_of(one))
    poll.close()
    outcome = decided(poll, count(poll, {}), "fwd=miss")
    verdict = outcome.verdict or {}
    grouped = [voter["number"] for group in verdict["groups"] for voter in group["voters"]]
    absent = [row["voter"]["number"] for row in verdict["absent"]]
    assert sorted(grouped + absent) == list(range(len(said)))
    for group in verdict["groups"]:
        assert {said[voter["number"]] for voter in group["voters"]} == {group["content"]}


def test_a_voter_is_heard_once() -> None:
    """What comes again, or after the end, is not counted."""
    poll = poll_of(3, 2)
    poll.hear(0, outcome_of("1"))
    poll.hear(0, outcome_of("2"))
    poll.close()
    poll.hear(1, outcome_of("2"))
    groups = count(poll, {}).grouping.groups
    assert [group.content for group in groups] == ["1"]


def test_who_is_out_counts_at_the_most_that_it_may_cost() -> None:
    """What is known is exact; others' samples and stored ones cost this vote nothing."""
    poll = poll_of(4, 2)
    for number in range(3):
        poll.send(number, is_own=number < 2)
    assert poll.charged_cycles() == 2 * 11
    poll.hear(0, outcome_of("1"))
    assert poll.charged_cycles() == 7 + 11
    poll.hear(1, outcome_of(None))
    poll.hear(2, outcome_of("1"))
    assert poll.charged_cycles() == 7 + 5
    assert poll.is_over
