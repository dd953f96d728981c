"""Rounds of a provider: sized by its pace, continued where they were cut, paid with their text."""

import json
from collections.abc import Callable
from typing import Any

Maker = Callable[..., dict[str, Any]]
ENVELOPE_BYTES = 4_096


def test_a_providers_rounds_are_sized_by_its_measured_pace(
    serving: Any, request_with: Maker, settings_with: Maker
) -> None:
    """256 tokens at first; then what it says in 20 s; after a timeout a third of what was asked."""
    main = serving.act_as("owner")
    main.set_provider(settings_with(max_new_tokens=4_096))
    first = round_of(serving, request_with(), tokens=256, took_s=16)
    assert (first[0], first[1]["continues"], first[1]["answer"]["finish"]) == (256, "yes", "budget")
    asked, _ = round_of(serving, request_with(), tokens=256, took_s=16)
    assert asked == 320
    steps, call = started(serving, request_with())
    assert max_tokens_of(call) == 320
    serving.finish(steps, err="Rejection code 1, Timeout expired")
    assert max_tokens_of(started(serving, request_with())[1]) == 106


def test_an_answer_that_its_provider_cannot_continue_is_asked_for_whole(
    serving: Any, request_with: Maker, settings_with: Maker
) -> None:
    """Up to the budget of a round; where it is cut, nobody is told to go on."""
    main = serving.act_as("owner")
    main.set_provider(settings_with(features=[], max_new_tokens=4_096))
    asked, inference = round_of(serving, request_with(max_tokens=2_000), tokens=512, took_s=1)
    assert (asked, inference["continues"]) == (512, "no")


def test_the_callers_own_limit_ends_an_answer_and_it_does_not_go_on(
    serving: Any, request_with: Maker
) -> None:
    """By "length"."""
    _, inference = round_of(serving, request_with(max_tokens=20), tokens=20, took_s=1)
    assert (inference["answer"]["finish"], inference["continues"]) == ("length", "no")


def started(serving: Any, request: Any) -> tuple[Any, Any]:
    """Begin an inference of the writer's with cycles enough."""
    serving.act_as("batcher", cycles=10**12)
    steps, call = serving.start(request)
    return steps, call


def max_tokens_of(call: Any) -> int:
    """Return how many tokens an outcall asks for."""
    asked: int = json.loads(call.args[2]["body"])["max_tokens"]
    return asked


def round_of(serving: Any, request: Any, *, tokens: int, took_s: int) -> tuple[int, Any]:
    """Run a round that is cut by its bound; return what was asked for, and the Inference."""
    steps, call = started(serving, request)
    serving.platform.now_ns += took_s * 10**9
    choice = {"message": {"content": "Once"}, "finish_reason": "length"}
    usage = {"prompt_tokens": 5, "completion_tokens": tokens}
    body = json.dumps({"choices": [choice], "usage": usage}).encode()
    result = serving.finish(steps, {"status": 200, "headers": [], "body": body})
    return max_tokens_of(call), result["Inferred"]


def test_a_continued_round_has_room_for_the_text_that_comes_back(
    serving: Any, request_with: Maker
) -> None:
    """llama.cpp repeats what it continues: as JSON it is 2 bytes a line break."""
    so_far = "line\n" * 2_000
    _, call = started(serving, request_with(max_tokens=10, round_={"so_far": so_far}))
    assert call.args[2]["max_response_bytes"] == ENVELOPE_BYTES + 16 * 10 + 12_000
