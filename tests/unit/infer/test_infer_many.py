"""Several requests by one outcall."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from infer_core.chat_templates import prompt_text
from infer_core.inference import prepare_all
from infer_core.many import check_many, list_seed, shares
from infer_core.provider_rules import provider_from

Maker = Callable[..., dict[str, Any]]

CYCLES = 10**12


@pytest.fixture
def listing(serving: Any, settings_with: Maker) -> Any:
    """Serve a model whose provider takes lists."""
    features = ["llama_cpp", "prefill", "lists"]
    settings = settings_with(template="chatml", features=features)
    assert "Ok" in serving.act_as("owner").set_provider(settings)
    return serving


def asked(request_with: Maker, count: int = 3, **changes: Any) -> list[dict[str, Any]]:
    """Make requests that differ in their prompts."""
    return [
        request_with(
            digest=f"{number:064x}",
            messages=[{"role": "user", "content": "x" * (100 * number + 1)}],
            **changes,
        )
        for number in range(count)
    ]


def start(infer: Any, requests: list[dict[str, Any]]) -> tuple[Any, Any]:
    """Run `infer_many` to its await; its generator, and the call or the result."""
    steps = infer.main.infer_many(requests)
    try:
        return steps, next(steps)
    except StopIteration as stop:
        return None, stop.value


def reply(*texts: str | None) -> dict[str, Any]:
    """Answer the prompts in turn; None leaves one out."""
    choices = [
        {"index": index, "text": text, "finish_reason": "stop"}
        for index, text in enumerate(texts)
        if text is not None
    ]
    return {"status": 200, "headers": [], "body": json.dumps({"choices": choices}).encode()}


def test_a_list_is_one_outcall_whose_cost_is_shared(listing: Any, request_with: Maker) -> None:
    """One call, one lease, one price; each item has its answer, and the shares sum up exactly."""
    main = listing.act_as("batcher", CYCLES)
    requests = asked(request_with)
    quoted = main.quote_infer_many(requests)["Quoted"]
    steps, call = start(listing, requests)
    sent = json.loads(call.args[2]["body"])
    messages = [one["request"]["messages"] for one in requests]
    assert sent["prompt"] == [prompt_text("chatml", one) for one in messages]
    assert call.args[2]["url"] == "http://127.0.0.1:8080/v1/completions"
    assert list(listing.platform.maps[1]) == ["local/w0"]
    many = listing.finish(steps, reply("one", "two", "three"))["Many"]
    told = [item["Inferred"] for item in many["items"]]
    assert [one["answer"]["content"] for one in told] == ["one", "two", "three"]
    assert {one["answer"]["prompt_tokens"] for one in told} == {0}
    assert [one["outcalls"] for one in told] == [1, 0, 0]
    paid = [one["charged_cycles"] for one in told]
    assert paid == sorted(paid)
    assert sum(paid) == many["charged_cycles"] == quoted["fee_cycles"] == listing.platform.accepted
    assert listing.platform.maps[1] == {}
    assert listing.platform.maps[2]["local"] == f"1|3|0|0|0|0|{sum(paid)}"


def test_each_item_fails_by_itself(listing: Any, request_with: Maker) -> None:
    """What was not answered is refused, charged its share, and counted."""
    listing.act_as("batcher", CYCLES)
    steps, _ = start(listing, asked(request_with))
    many = listing.finish(steps, reply("one", None, "three"))["Many"]
    assert [list(item) for item in many["items"]] == [["Inferred"], ["Failed"], ["Inferred"]]
    failure = many["items"][1]["Failed"]
    assert "BadReply" in failure["refusal"]
    assert failure["charged_cycles"] > 0
    assert listing.platform.maps[2]["local"].startswith("1|2|1|0|0|0|")


@pytest.mark.parametrize(
    ("ok", "err", "tag"),
    [
        (None, "Rejection code 1, Timeout expired", "Timeout"),
        ({"status": 500, "headers": [], "body": b""}, None, "ProviderError"),
        ({"status": "odd"}, None, "Internal"),
    ],
)
def test_a_failed_call_fails_each_item(
    listing: Any, request_with: Maker, ok: Any, err: Any, tag: str
) -> None:
    """The one refusal is everybody's; the shares still sum up, and the shard is free."""
    listing.act_as("batcher", CYCLES)
    steps, _ = start(listing, asked(request_with))
    many = listing.finish(steps, ok, err)["Many"]
    assert [list(item["Failed"]["refusal"]) for item in many["items"]] == [[tag]] * 3
    paid = [item["Failed"]["charged_cycles"] for item in many["items"]]
    assert sum(paid) == many["charged_cycles"] == listing.platform.accepted
    assert listing.platform.maps[1] == {}


def test_a_late_list_is_dropped_and_booked(listing: Any, request_with: Maker) -> None:
    """After the lease's end nothing is delivered, and all is charged."""
    listing.act_as("batcher", CYCLES)
    steps, _ = start(listing, asked(request_with))
    listing.platform.now_ns += 91 * 10**9
    many = listing.finish(steps, reply("one", "two", "three"))["Many"]
    assert {next(iter(item["Failed"]["refusal"])) for item in many["items"]} == {"LeaseLost"}
    assert listing.main.counters()["late_replies"] == 1


@pytest.mark.parametrize("count", [0, 17])
def test_a_list_has_one_to_sixteen_requests(listing: Any, request_with: Maker, count: int) -> None:
    """More are several calls, none is none."""
    listing.act_as("batcher", CYCLES)
    _, result = start(listing, asked(request_with, count))
    assert "BadRequest" in result["Refused"]
    assert listing.platform.accepted == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"max_tokens": 3},
        {"temperature_micros": 1},
        {"stop": ["x"]},
        {"seed": 5},
        {"extra": '{"top_k":1}'},
        {"model": "other@1:Q4"},
        {"round_": {"provider": "local"}},
        {"round_": {"transport": "replicated"}},
    ],
)
def test_requests_of_a_list_are_alike(request_with: Maker, changes: dict[str, Any]) -> None:
    """One call has one set of parameters."""
    refusal = check_many([request_with(), request_with(**changes)])
    assert "requests differ" in str(refusal)


def test_samples_share_a_list_if_their_seeds_are_equal(request_with: Maker) -> None:
    """Seed and sample count together; beginnings may differ."""
    one = request_with(seed=5, sample=1)
    two = request_with(seed=6, sample=0, round_={"so_far": "Once"})
    assert check_many([one, two]) is None
    assert list_seed([one, two], "non_replicated") == 6
    assert list_seed([request_with(sample=3)], "non_replicated") is None
    assert list_seed([request_with(digest="0" * 7 + "a" + "0" * 56)], "replicated") == 10


def test_a_list_that_could_never_arrive_is_refused(listing: Any, request_with: Maker) -> None:
    """Sixteen answers of 512 tokens do not come within 30 seconds."""
    settings = {"max_new_tokens": 512, "template": "chatml", "features": ["lists"]}
    provider = next(iter(listing.main.providers()))
    listing.act_as("owner").set_provider(
        {**provider, "url": "http://127.0.0.1:8080", "remote_model": "x", "api_key": None}
        | settings
    )
    main = listing.act_as("batcher", CYCLES)
    requests = asked(request_with, 16)
    _, result = start(listing, requests)
    assert result["Refused"] == {"TooLarge": {"unit": "tokens", "size": 8_192, "limit": 4_096}}
    assert result == main.quote_infer_many(requests)
    assert listing.platform.accepted == 0


def test_who_takes_no_list_is_asked_one_by_one(serving: Any, request_with: Maker) -> None:
    """The refusal says so, and costs nothing; strangers learn nothing."""
    serving.act_as("batcher", CYCLES)
    _, result = start(serving, asked(request_with))
    assert "one by one" in result["Refused"]["BadRequest"]
    serving.act_as("stranger", CYCLES)
    _, result = start(serving, asked(request_with))
    assert "NotAllowed" in result["Refused"]
    assert serving.platform.accepted == 0


def test_shares_sum_up_whatever_the_prompts(request_with: Maker, settings_with: Maker) -> None:
    """To the cycle, and none is negative, even if thoughts that are not sent are long."""
    provider = provider_from(settings_with(template="deepseek-r1", features=["lists"]), "")
    messages = [
        {"role": "assistant", "content": "x" * 7_000 + "</think>"},
        {"role": "user", "content": "?"},
    ]
    prepared = prepare_all(provider, [request_with(messages=messages), request_with()], None)
    for price in (0, 1, 999_983, 10**9, 10**12 + 7):
        paid = shares(price, prepared)
        assert sum(paid) == price
        assert min(paid) >= 0
