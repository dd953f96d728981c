"""When the nodes' replies agree, and what is said when they do not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kybra_replica.outcalls.agreement import agree, agreed, quorum
from kybra_replica.outcalls.request import OutcallFailure, OutcallReply, OutcallResponse


def said(body: str) -> OutcallResponse:
    """A response that differs from others by its body only."""
    return OutcallResponse(200, (), body.encode())


@pytest.mark.parametrize(
    ("nodes", "needed"), [(1, 1), (2, 2), (3, 3), (4, 3), (7, 5), (13, 9), (34, 23)]
)
def test_the_quorum_is_all_but_the_faulty_third(nodes: int, needed: int) -> None:
    """Of n nodes n - f must agree, with f = (n - 1) // 3."""
    assert quorum(nodes) == needed


def test_nine_of_thirteen_equal_replies_agree() -> None:
    """Four dissenting nodes do not matter, wherever they stand."""
    replies = [said("x"), said("y"), *[said("a")] * 9, said("z"), said("x")]
    assert agree(replies, 13) == said("a")


def test_eight_of_thirteen_equal_replies_do_not_agree() -> None:
    """The failure is transient and names the size of each group, the largest first."""
    failure = agree([*[said("b")] * 2, *[said("a")] * 8, *[said("c")] * 3], 13)
    assert isinstance(failure, OutcallFailure)
    assert failure.code == 2
    assert failure.message.startswith(
        "No consensus could be reached. Replicas had different responses. Details: hashes: ["
    )
    assert re.findall(r"\[[0-9a-f]{64}: (\d+)\]", failure.message) == ["8", "3", "2"]


def test_status_and_headers_are_part_of_the_reply() -> None:
    """Equal bodies under different statuses or headers are different replies."""
    replies: list[OutcallReply] = [
        OutcallResponse(200, (), b""),
        OutcallResponse(201, (), b""),
        OutcallResponse(200, (("date", "today"),), b""),
    ]
    failure = agree(replies, 3)
    assert isinstance(failure, OutcallFailure)
    assert failure.message.count(": 1]") == 3


def test_failures_agree_by_their_code() -> None:
    """Texts may differ by node; the first of them is what the canister hears."""
    first, second = OutcallFailure(1, "Timeout expired"), OutcallFailure(1, "Http body exceeds")
    assert agree([first, second, second], 3) == first
    assert agree([first, second, OutcallFailure(2, "reset")], 3) != first


def test_replies_still_missing_count_against_agreement() -> None:
    """A quorum can be known early; without one there is nothing agreed so far."""
    assert agreed([], 4) is None
    assert agreed([said("a")] * 2, 4) is None
    assert agreed([said("a")] * 3, 4) == said("a")


@settings(deadline=None)
@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=40))
def test_agreement_is_exactly_a_group_of_quorum_size(bodies: list[str]) -> None:
    """For any replies of all nodes, against a count made plainly."""
    needed = [body for body in "abc" if bodies.count(body) >= quorum(len(bodies))]
    reply = agree([said(body) for body in bodies], len(bodies))
    if needed:
        assert [reply] == [said(body) for body in needed]
    else:
        assert isinstance(reply, OutcallFailure)
