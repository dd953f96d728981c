"""`infer` from its caller's cycles to its settled lease, driven by hand."""

import json
from collections.abc import Callable
from typing import Any

import pytest

Maker = Callable[..., dict[str, Any]]

CYCLES = 10**12
SECOND = 1_000_000_000
REPLY = {
    "status": 200,
    "headers": [],
    "body": b'{"completion_tokens":3,"content":"Paris.","finish_reason":"stop","prompt_tokens":9}',
}


def refusal_of(result: Any) -> Any:
    """Read the refusal of a failure that cost nothing."""
    assert result["Failed"]["outcalls"] == 0
    assert result["Failed"]["charged_cycles"] == 0
    return result["Failed"]["refusal"]


def test_an_answer_is_inferred_for_its_exact_price(serving: Any, request_with: Maker) -> None:
    """The price is taken, the lease given back, the usage written once."""
    serving.act_as("batcher", CYCLES)
    steps, call = serving.start(request_with())
    platform = serving.platform
    assert list(platform.maps[1]) == ["local/w0"]
    result = serving.finish(steps, REPLY)["Inferred"]
    assert result["answer"]["content"] == "Paris."
    assert result["answer"]["finish"] == "stop"
    assert result["charged_cycles"] == platform.accepted
    assert platform.attached == CYCLES - platform.accepted
    assert call.args[-1] < platform.accepted
    assert platform.maps[1] == {}
    assert platform.maps[2] == {"local": f"1|1|0|0|9|3|{platform.accepted}"}


def test_the_outcall_is_what_the_platform_wants(serving: Any, request_with: Maker) -> None:
    """One paid call of http_request with a transform of our own and no replication."""
    serving.act_as("batcher", CYCLES)
    _, call = serving.start(request_with())
    assert call.name == "call_with_payment"
    destination, method, args, _ = call.args
    assert (destination.to_str(), method) == ("aaaaa-aa", "Management.http_request")
    assert args["url"] == "http://127.0.0.1:8080/v1/chat/completions"
    assert args["is_replicated"] is False
    assert args["transform"]["function"][1] == "transform"
    assert json.loads(args["body"])["max_tokens"] == 64


def test_a_stranger_spends_nothing(serving: Any, request_with: Maker) -> None:
    """Who is not listed is refused first, the controller included."""
    for name in ("stranger", "owner"):
        serving.act_as(name, CYCLES)
        _, result = serving.start(request_with())
        assert "NotAllowed" in refusal_of(result)
    assert serving.platform.accepted == 0


def test_too_few_cycles_are_left_to_their_sender(serving: Any, request_with: Maker) -> None:
    """The refusal names the price, which is what the quote says and what then suffices."""
    main = serving.act_as("batcher", 1_000)
    _, result = serving.start(request_with())
    short = refusal_of(result)["TooFewCycles"]
    quoted = main.quote_infer(request_with())["Quoted"]
    assert short == {"expected": quoted["fee_cycles"], "received": 1_000}
    assert serving.platform.accepted == 0
    assert serving.platform.maps[1] == {}
    serving.act_as("batcher", quoted["fee_cycles"])
    steps, _ = serving.start(request_with())
    assert "Inferred" in serving.finish(steps, REPLY)


def test_a_poor_canister_refuses_instead_of_trapping(serving: Any, request_with: Maker) -> None:
    """What is held during a call must be there before the price is taken."""
    serving.platform.balance = 10**9
    serving.act_as("batcher", CYCLES)
    _, result = serving.start(request_with())
    assert "OutOfCycles" in refusal_of(result)
    assert serving.platform.accepted == 0


def test_an_unknown_model_is_refused(serving: Any, request_with: Maker) -> None:
    """Only models that a provider serves are asked."""
    serving.act_as("batcher", CYCLES)
    _, result = serving.start(request_with(model="other@1:Q4"))
    assert "UnknownModel" in refusal_of(result)


def test_a_provider_may_be_chosen(serving: Any, request_with: Maker, settings_with: Maker) -> None:
    """Just the named one is asked, and named in the answer; one that does not serve is refused."""
    serving.act_as("owner").set_provider(settings_with(name="other"))
    serving.act_as("owner").set_provider(settings_with(name="elsewhere", model="x@1:Q4"))
    serving.act_as("batcher", CYCLES)
    steps, _ = serving.start(request_with(round_={"provider": "other"}))
    assert list(serving.platform.maps[1]) == ["other/w0"]
    assert serving.finish(steps, REPLY)["Inferred"]["provider"] == "other"
    for name in ("elsewhere", "nobody"):
        _, result = serving.start(request_with(round_={"provider": name}))
        assert "UnknownModel" in refusal_of(result)


def test_an_answer_that_nobody_can_continue_is_refused(
    serving: Any, request_with: Maker, settings_with: Maker
) -> None:
    """Nothing is spent on a provider that would begin anew."""
    serving.act_as("owner").set_provider(settings_with(features=[]))
    serving.act_as("batcher", CYCLES)
    _, result = serving.start(request_with(round_={"so_far": "Once"}))
    assert "so_far" in refusal_of(result)["BadRequest"]


def test_calls_beyond_the_shards_are_busy(serving: Any, request_with: Maker) -> None:
    """Two shards serve two calls; the third is told when to come back, a free shard ends it."""
    serving.act_as("batcher", CYCLES)
    steps, _ = serving.start(request_with())
    serving.start(request_with(sample=1))
    _, result = serving.start(request_with(sample=2))
    assert refusal_of(result) == {"Busy": {"retry_after_s": 90}}
    serving.finish(steps, REPLY)
    _, call = serving.start(request_with(sample=2))
    assert call.name == "call_with_payment"


def test_a_late_reply_is_dropped_and_booked(serving: Any, request_with: Maker) -> None:
    """After the deadline the shard is another's; the late reply changes nothing of his."""
    serving.act_as("batcher", CYCLES)
    late, _ = serving.start(request_with())
    serving.platform.now_ns += 91 * SECOND
    serving.platform.attached = CYCLES
    steps, _ = serving.start(request_with(sample=1))
    lease = dict(serving.platform.maps[1])
    failure = serving.finish(late, REPLY)["Failed"]
    assert "LeaseLost" in failure["refusal"]
    assert (failure["outcalls"], failure["charged_cycles"] > 0) == (1, True)
    assert serving.platform.maps[1] == lease
    assert "Inferred" in serving.finish(steps, REPLY)
    counters = serving.main.counters()
    assert (counters["outcalls"], counters["inferences"], counters["late_replies"]) == (2, 1, 1)
    assert counters["charged_cycles"] == serving.platform.accepted


def test_an_expired_lease_is_not_settled_even_if_nobody_took_it(
    serving: Any, request_with: Maker
) -> None:
    """A deadline is a deadline; but the shard is given back at once."""
    serving.act_as("batcher", CYCLES)
    late, _ = serving.start(request_with())
    serving.platform.now_ns += 90 * SECOND
    assert "LeaseLost" in serving.finish(late, REPLY)["Failed"]["refusal"]
    assert serving.platform.maps[1] == {}


@pytest.mark.parametrize(
    ("ok", "err", "tag"),
    [
        (None, "Rejection code 1, Timeout expired", "Timeout"),
        (None, "Rejection code 2, Connecting to 127.0.0.1 failed: refused", "Unreachable"),
        ({"status": 500, "headers": [], "body": b"sk-secret"}, None, "ProviderError"),
        ({"status": 429, "headers": [], "body": b""}, None, "RateLimited"),
        ({"status": 200, "headers": [], "body": b"[" * 500}, None, "BadReply"),
        ({"status": "odd"}, None, "Internal"),
    ],
)
def test_a_failed_outcall_frees_its_shard(
    serving: Any, request_with: Maker, ok: Any, err: Any, tag: str
) -> None:
    """Every failure is typed, charged, without the key, and the next ask works."""
    serving.act_as("batcher", CYCLES)
    steps, _ = serving.start(request_with())
    failure = serving.finish(steps, ok, err)["Failed"]
    assert list(failure["refusal"]) == [tag]
    assert (failure["outcalls"], failure["charged_cycles"]) == (1, serving.platform.accepted)
    assert "sk-secret" not in str(failure)
    assert serving.platform.maps[1] == {}
    serving.platform.now_ns += SECOND
    steps, _ = serving.start(request_with())
    assert "Inferred" in serving.finish(steps, REPLY)


def test_a_request_of_the_wrong_shape_is_internal_not_a_trap(serving: Any) -> None:
    """An exception becomes a typed refusal that took nothing."""
    serving.act_as("batcher", CYCLES)
    _, result = serving.start({"digest": "0" * 64})
    assert "Internal" in refusal_of(result)


def test_the_transform_drops_headers_and_what_differs(serving: Any) -> None:
    """Ids and dates do not reach the comparison of the nodes."""
    body = json.dumps(
        {"id": "x", "choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]}
    ).encode()
    reply = {"status": 200, "headers": [{"name": "date", "value": "now"}], "body": body}
    reduced = serving.main.transform({"response": reply, "context": b""})
    assert reduced["headers"] == []
    assert reduced["body"] == b"answer|stop|0|0|hi"


def test_a_quote_covers_the_dearest_provider(
    serving: Any, request_with: Maker, settings_with: Maker
) -> None:
    """Whichever provider is free, the quoted cycles suffice."""
    main = serving.act_as("owner")
    cheap = main.quote_infer(request_with())["Quoted"]["fee_cycles"]
    main.set_provider(settings_with(name="big", max_new_tokens=4_096))
    assert main.quote_infer(request_with())["Quoted"]["fee_cycles"] > cheap
    main = serving.act_as("stranger")
    assert "NotAllowed" in main.quote_infer(request_with())["Refused"]
