"""Checks and renderings of one inference."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from infer_core.inference import check_cycles, check_inference, prepare, read_outcome
from infer_core.inference_results import failed, inferred
from infer_core.outcall_plan import OutcallPlan
from infer_core.provider_rules import provider_from
from infer_core.reply_fields import ModelReply
from refrain_core.outcall_price import HELD_CYCLES_PER_CALL

Maker = Callable[..., dict[str, Any]]


def test_a_good_inference_is_not_refused(request_with: Maker) -> None:
    """The plain request passes, and so does one with a schema."""
    assert check_inference(request_with()) is None
    assert check_inference(request_with(response_format='{"type":"object"}')) is None


@pytest.mark.parametrize("digest", ["", "0" * 63, "0" * 65, "A" * 64, "g" * 64])
def test_a_digest_that_is_none_is_refused(request_with: Maker, digest: str) -> None:
    """A digest is 64 lower-case hex digits."""
    assert "BadRequest" in (check_inference(request_with(digest=digest)) or {})


@pytest.mark.parametrize(
    ("changes", "tag"),
    [
        ({"messages": []}, "BadRequest"),
        ({"messages": [{"role": "user", "content": "x" * 64_001}]}, "TooLarge"),
        ({"response_format": "{not json}"}, "BadRequest"),
        ({"response_format": '{"a":e}'}, "BadRequest"),
        ({"response_format": '{"a":"\\ud800"}'}, "BadRequest"),
        ({"response_format": '{"a":' * 600 + "1" + "}" * 600}, "BadRequest"),
    ],
)
def test_a_bad_request_is_refused(request_with: Maker, changes: dict[str, Any], tag: str) -> None:
    """Whatever the shared checks refuse is refused here too, and so is a broken schema."""
    assert list(check_inference(request_with(**changes)) or {}) == [tag]


@pytest.mark.parametrize(
    ("round_", "tag"),
    [({"transport": "pigeon"}, "BadRequest"), ({"so_far": "x" * 64_001}, "TooLarge")],
)
def test_a_bad_round_is_refused(request_with: Maker, round_: dict[str, Any], tag: str) -> None:
    """Only transports that exist, and only as much as a prompt may hold."""
    assert list(check_inference(request_with(round_=round_)) or {}) == [tag]


def test_a_transport_may_be_asked_for(request_with: Maker, settings_with: Maker) -> None:
    """It replaces the provider's own, in the call and in the answer's label."""
    asked = request_with(round_={"transport": "replicated"})
    prepared = prepare(provider_from(settings_with(), ""), asked)
    assert isinstance(prepared.plan, OutcallPlan)
    assert prepared.plan.is_replicated
    result = inferred(prepared, ModelReply("Paris.", "stop", 9, 3), 5)["Inferred"]
    assert result["answer"]["trust"] == "replicated"


@pytest.mark.parametrize("content", ["Once upon a time", " a time"])
def test_an_answer_goes_on_where_it_ended(
    request_with: Maker, settings_with: Maker, content: str
) -> None:
    """What is there is sent last, as the assistant's; a server may repeat it or not."""
    asked = request_with(round_={"so_far": "Once upon"})
    prepared = prepare(provider_from(settings_with(), ""), asked)
    assert isinstance(prepared.plan, OutcallPlan)
    last = json.loads(prepared.plan.body)["messages"][-1]
    assert last == {"role": "assistant", "content": "Once upon"}
    result = inferred(prepared, ModelReply(content, "stop", 9, 3), 5)["Inferred"]
    assert result["answer"]["content"] == " a time"


def test_cycles_are_checked_before_they_are_taken(
    request_with: Maker, settings_with: Maker
) -> None:
    """The price must be attached, and the fee and what is held be there afterwards."""
    plan = prepare(provider_from(settings_with(), ""), request_with()).plan
    price, needed = plan.price_cycles, plan.fee_cycles + HELD_CYCLES_PER_CALL
    assert check_cycles(plan, price, needed - price) is None
    assert check_cycles(plan, price - 1, 10**13) == {
        "TooFewCycles": {"expected": price, "received": price - 1}
    }
    assert check_cycles(plan, price, needed - price - 1) == {
        "OutOfCycles": {"expected": needed, "received": needed - 1}
    }


@pytest.mark.parametrize(
    ("mode", "trust"), [("non_replicated", "single_node"), ("replicated", "replicated")]
)
def test_an_answer_says_how_far_it_can_be_trusted(
    request_with: Maker, settings_with: Maker, mode: str, trust: str
) -> None:
    """The label follows the provider's mode."""
    prepared = prepare(provider_from(settings_with(mode=mode), ""), request_with())
    result = inferred(prepared, ModelReply("Paris.", "stop", 9, 3), 5)["Inferred"]
    assert result["answer"]["trust"] == trust
    assert (result["outcalls"], result["provider"]) == (1, "local")
    assert result["charged_cycles"] == prepared.plan.price_cycles


def test_an_answer_says_what_truncation_dropped(request_with: Maker, settings_with: Maker) -> None:
    """A long prompt is cut before it is planned, and the answer counts it."""
    messages = [{"role": "user", "content": "x" * size} for size in (9_000, 10)]
    prepared = prepare(provider_from(settings_with(), ""), request_with(messages=messages))
    answer = inferred(prepared, ModelReply("", "stop", 0, 0), 5)["Inferred"]["answer"]
    assert (answer["dropped_messages"], answer["dropped_characters"]) == (1, 9_000)
    assert isinstance(prepared.plan, OutcallPlan)
    assert len(prepared.plan.body) < 1_000


def test_an_outcome_is_a_reply_or_a_refusal(request_with: Maker, settings_with: Maker) -> None:
    """Rejects and replies go their own ways."""
    prepared = prepare(provider_from(settings_with(), ""), request_with())
    ok = {"status": 200, "headers": [], "body": b'{"content":"hi","finish_reason":"stop"}'}
    assert read_outcome(prepared, ok, None) == ModelReply("hi", "stop", 0, 0)
    assert "Timeout" in read_outcome(prepared, None, "Rejection code 1, Timeout expired")


def test_a_refusal_says_what_it_cost() -> None:
    """Before the outcall nothing, after it all the same."""
    assert failed({"Closing": "x"}) == {
        "Failed": {"refusal": {"Closing": "x"}, "outcalls": 0, "charged_cycles": 0}
    }
