"""The strict mocks: matching, answers, delivery, and what `verify` holds against a test."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kybra_replica.outcalls.mocks import MockMismatchError, Seen, StrictMocks
from kybra_replica.outcalls.request import (
    OutcallFailure,
    OutcallReply,
    OutcallRequest,
    OutcallResponse,
)

ASK = OutcallRequest("https://a.example/v1", "post", (), b'{"q":1}', 2_000, None, False)  # noqa: FBT003 - the record's order
REPLICATED = replace(ASK, is_replicated=True)
NEVER = OutcallFailure(2, "Canister http request timed out")


def ask(mocks: StrictMocks, request: OutcallRequest = ASK, node: int = 0) -> list[OutcallReply]:
    """Start a request; the list fills when its reply comes."""
    replies: list[OutcallReply] = []
    mocks.start(request, node, replies.append)
    return replies


def test_an_expected_request_is_answered_when_released() -> None:
    """Nothing is delivered before; afterwards nothing is pending."""
    mocks = StrictMocks()
    mocks.expect(url=ASK.url, method="post", body='{"q":1}').respond(
        201, "yes", [("Content-Type", "text/plain")]
    )
    replies = ask(mocks)
    assert replies == []
    assert [waiting.request for waiting in mocks.pending] == [ASK]
    mocks.release()
    assert replies == [OutcallResponse(201, (("content-type", "text/plain"),), b"yes")]
    assert mocks.pending == ()
    mocks.verify()


def test_replies_can_be_released_in_any_order() -> None:
    """A chosen request overtakes an older one."""
    mocks = StrictMocks()
    mocks.expect(url=ASK.url).respond(200, "first").respond(200, "second")
    ends: list[str] = []
    mocks.start(ASK, 0, lambda _reply: ends.append("older"))
    mocks.start(ASK, 0, lambda _reply: ends.append("newer"))
    mocks.release(mocks.pending[1])
    mocks.release()
    assert ends == ["newer", "older"]


def test_automatic_mocks_answer_at_once() -> None:
    """The reply is there when `start` returns."""
    mocks = StrictMocks(automatic=True)
    mocks.expect(contains='"q"').fail(1, "Timeout expired")
    assert ask(mocks) == [OutcallFailure(1, "Timeout expired")]
    mocks.verify()


@pytest.mark.parametrize(
    "properties",
    [
        {"url": "https://a.example/other"},
        {"method": "get"},
        {"body": "{}"},
        {"contains": "absent"},
    ],
)
def test_an_unexpected_request_fails_and_is_raised(properties: dict[str, str]) -> None:
    """One differing property is enough; the error names the request and the unused one."""
    mocks = StrictMocks(automatic=True)
    mocks.expect(**properties).respond()  # type: ignore[arg-type]
    [reply] = ask(mocks)
    assert isinstance(reply, OutcallFailure)
    assert reply.message.startswith("unexpected request: post https://a.example/v1 body=")
    with pytest.raises(MockMismatchError, match=r"(?s)unexpected request.*was used 0 of 1 times"):
        mocks.verify()


def test_an_ambiguous_request_fails_and_is_raised() -> None:
    """Two expectations that fit are an error, and both are named."""
    mocks = StrictMocks(automatic=True)
    mocks.expect(url=ASK.url).respond()
    mocks.expect(method="post").respond()
    [reply] = ask(mocks)
    assert isinstance(reply, OutcallFailure)
    assert reply.message.startswith("ambiguous request")
    assert "1 x expectation(url='https://a.example/v1')" in reply.message
    assert "1 x expectation(method='post')" in reply.message
    with pytest.raises(MockMismatchError, match="ambiguous"):
        mocks.verify()


def test_one_request_too_many_is_unexpected() -> None:
    """`times` is exact in both directions."""
    mocks = StrictMocks(automatic=True)
    mocks.expect(url=ASK.url, times=2).respond()
    ask(mocks)
    with pytest.raises(MockMismatchError, match="was used 1 of 2 times"):
        mocks.verify()
    ask(mocks)
    mocks.verify()
    ask(mocks)
    with pytest.raises(MockMismatchError, match="unexpected"):
        mocks.verify()


def test_several_answers_are_given_in_turn() -> None:
    """Without `times`, an expectation is used once for each answer."""
    mocks = StrictMocks(automatic=True)
    mocks.expect(url=ASK.url).respond(500).respond(200)
    assert [ask(mocks)[0] for _ in range(2)] == [
        OutcallResponse(500, (), b""),
        OutcallResponse(200, (), b""),
    ]
    mocks.verify()


def test_nodes_can_disagree() -> None:
    """An answer is computed from the request and the node; all nodes together are one use."""
    mocks = StrictMocks(automatic=True)
    mocks.expect(url=ASK.url).answer(
        lambda request, node: OutcallResponse(200, (), request.url.encode() + b"#%d" % (node % 2))
    )
    bodies = {str(ask(mocks, REPLICATED, node)[0]) for node in range(13)}
    assert len(bodies) == 2
    assert mocks.http_requests == 13
    assert mocks.requests == [Seen(REPLICATED, node) for node in range(13)]
    mocks.verify()


def test_a_second_replicated_request_needs_a_second_use() -> None:
    """A node that asks twice is beyond an expectation of one."""
    mocks = StrictMocks(automatic=True)
    mocks.expect(url=ASK.url).respond()
    for node in (0, 1, 0):
        ask(mocks, REPLICATED, node)
    with pytest.raises(MockMismatchError, match="unexpected"):
        mocks.verify()


def test_nodes_of_requests_that_are_not_replicated_share_the_uses() -> None:
    """Which single node asks makes no difference."""
    mocks = StrictMocks(automatic=True)
    mocks.expect(url=ASK.url).respond()
    for node in (4, 7):
        ask(mocks, ASK, node)
    with pytest.raises(MockMismatchError, match="unexpected"):
        mocks.verify()


def test_a_request_never_answered_ends_only_by_expiry() -> None:
    """`release` passes it by; `expire` ends it with the platform's text."""
    mocks = StrictMocks(automatic=True)
    mocks.expect(url=ASK.url).never()
    replies = ask(mocks)
    mocks.release()
    assert replies == []
    assert [waiting.request for waiting in mocks.unanswered] == [ASK]
    mocks.expire()
    assert replies == [NEVER]
    mocks.verify()


def test_close_ends_everything_once() -> None:
    """Pending and unanswered requests fail at close, later ones at once."""
    mocks = StrictMocks()
    mocks.expect(url=ASK.url).never().respond()
    replies = [ask(mocks), ask(mocks)]
    mocks.close()
    mocks.close()
    assert [*replies, ask(mocks)] == [[NEVER]] * 3
    assert mocks.http_requests == 2


def test_mocked_responses_are_held_to_the_limits() -> None:
    """A mocked body over max_response_bytes fails as a real one does."""
    mocks = StrictMocks(automatic=True)
    mocks.expect(url=ASK.url).respond(200, b"b" * 2_001)
    assert ask(mocks) == [OutcallFailure(1, "Http body exceeds size limit of 2000 bytes.")]


def test_an_expectation_without_an_answer_is_the_test_s_own_error() -> None:
    """It is raised where the request is made."""
    mocks = StrictMocks()
    mocks.expect(url=ASK.url)
    with pytest.raises(ValueError, match="has no answer"):
        ask(mocks)
