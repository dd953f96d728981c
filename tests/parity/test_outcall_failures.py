"""Outcalls that fail, in every way that a mock can make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.parity.dapps import chat_reply, request
from tests.parity.pocket import NODES, rejected, replied
from tests.statuses import MISS_STORED, STALE_STORED

if TYPE_CHECKING:
    from tests.parity.dapps import Dapps

PROMPT = "Capital of France?"
SYS_FATAL, SYS_TRANSIENT = 1, 2
FAILURE_KEPT_S = 31
"""A second longer than a lasting failure is remembered."""


@pytest.mark.parametrize("status", [401, 404, 500])
def test_provider_s_error_is_told_with_its_status(dapps: Dapps, status: int) -> None:
    """An HTTP error of the provider reaches the asker with its status, and not its body."""
    refusal = dapps.ask(PROMPT, replied('{"error": "secret"}', status))["Refused"]
    assert refusal["ProviderError"]["status"] == status
    assert "secret" not in str(refusal)


@pytest.mark.parametrize("body", ["", "not JSON", "[]", '{"choices": []}'])
def test_reply_that_is_no_completion_is_a_bad_reply(dapps: Dapps, body: str) -> None:
    """What cannot be read as an answer is refused as such, and not stored."""
    assert set(dapps.ask(PROMPT, replied(body))["Refused"]) == {"BadReply"}
    assert dapps.counters("cache")["entries"] == 0


@pytest.mark.parametrize(
    ("code", "text", "arm"),
    [
        (SYS_TRANSIENT, "Connecting to model.example failed: tcp connect error", "Unreachable"),
        (SYS_FATAL, "Timeout expired", "Timeout"),
        (SYS_FATAL, "Http body exceeds size limit of 12288 bytes.", "ResponseTooLarge"),
    ],
)
def test_reject_of_the_outcall_is_told_by_its_kind(
    dapps: Dapps, code: int, text: str, arm: str
) -> None:
    """A reject that the platform makes of an outcall becomes the refusal that fits it."""
    assert set(dapps.ask(PROMPT, rejected(code, text))["Refused"]) == {arm}


def test_unanswered_outcall_times_out(dapps: Dapps) -> None:
    """A minute after an outcall began the platform gives it up, and the next ask flies anew."""
    message = dapps.begin_ask(PROMPT)
    dapps.pocket.advance(61)
    assert set(dapps.asked(message)["Refused"]) == {"Timeout"}
    assert dapps.pocket.outcalls() == []
    assert dapps.answered(PROMPT, "Paris")["cache_status"] == MISS_STORED


def test_failure_reaches_everybody_who_joined(dapps: Dapps) -> None:
    """When the one outcall fails, opener and joiners get the typed failure, and it is over."""
    opener = dapps.begin_ask(PROMPT)
    ticket = dapps.ask_joining(PROMPT)
    [outcall] = dapps.pocket.outcalls()
    dapps.pocket.respond(outcall, replied("oops", 500))
    assert set(dapps.asked(opener)["Refused"]) == {"ProviderError"}
    assert set(dapps.result(ticket)["Failed"]) == {"ProviderError"}
    dapps.pocket.advance(FAILURE_KEPT_S)
    assert dapps.answered(PROMPT, "Paris")["cache_status"] == STALE_STORED


def test_transform_lets_nodes_agree_on_replies_that_differ_in_ids(dapps: Dapps) -> None:
    """Replicated, the nodes' replies differ in ids, dates and order; what is kept does not."""
    dapps.set_provider("replicated")
    replies = [
        replied(
            chat_reply("Paris", completion_id=f"chatcmpl-{node}"), headers=[("date", str(node))]
        )
        for node in range(NODES)
    ]
    answer = dapps.ask(PROMPT, *replies, temperature_micros=[0])["Answered"]["answer"]
    assert (answer["content"], answer["trust"]) == ("Paris", "replicated")


def test_nodes_with_different_answers_reach_no_consensus(dapps: Dapps) -> None:
    """Where the nodes' replies differ in the answer itself, none counts; the failure is kept."""
    dapps.set_provider("replicated")
    replies = [replied(chat_reply(f"Paris, says node {node}")) for node in range(NODES)]
    refusal = dapps.ask(PROMPT, *replies, temperature_micros=[0])["Refused"]
    assert set(refusal) == {"NoConsensus"}
    kept = dapps.query("cache", "lookup", request(PROMPT, temperature_micros=[0]))
    assert set(kept["Negative"]["refusal"]) == {"NoConsensus"}
    assert dapps.counters("cache")["entries"] == 1


def test_four_nodes_of_thirteen_cannot_stop_an_answer(dapps: Dapps) -> None:
    """Nine equal replies of thirteen suffice, whatever the others say."""
    dapps.set_provider("replicated")
    lies = [replied(chat_reply(f"London, says node {node}")) for node in range(4)]
    truth = [replied(chat_reply("Paris"))] * (NODES - len(lies))
    answer = dapps.ask(PROMPT, *truth, *lies, temperature_micros=[0])["Answered"]["answer"]
    assert answer["content"] == "Paris"


def test_responses_for_some_nodes_only_are_refused(dapps: Dapps) -> None:
    """A mock names one response for all nodes, or one for each."""
    dapps.begin_ask(PROMPT)
    [outcall] = dapps.pocket.outcalls()
    with pytest.raises(ConnectionError, match=r"InvalidMockCanisterHttpResponses\(\(2, 13\)\)"):
        dapps.pocket.respond(outcall, replied("a"), replied("b"))
    with pytest.raises(ConnectionError, match="InvalidCanisterHttpRequestId"):
        dapps.pocket.respond({**outcall, "request_id": 99_999}, replied("a"))
