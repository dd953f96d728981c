"""What controllers bound, and what `status` shows of it."""

from collections.abc import Callable
from typing import Any

import pytest

from infer_core.work_budgets import PLATFORM_INSTRUCTIONS, Budgets
from infer_core.work_meter import BUILDING, CALLBACK, WorkMeter

Maker = Callable[..., dict[str, Any]]

CYCLES = 10**12
REPLY = {"status": 200, "headers": [], "body": b"answer|stop|9|3|Paris."}


def budgets_with(**changes: int) -> dict[str, int]:
    """Make a record of budgets."""
    return Budgets()._asdict() | changes


def status_of(serving: Any) -> Any:
    """Read the status as its owner."""
    return serving.act_as("owner").status()["Status"]


def test_budgets_bound_rounds_and_prompts_also_after_an_upgrade(
    serving: Any, request_with: Maker, settings_with: Maker
) -> None:
    """New tokens and the prompt's characters; prices follow, and are those of the quote."""
    main = serving.act_as("owner")
    main.set_provider(settings_with(max_new_tokens=512))
    messages = [{"role": "user", "content": "x" * 1_000}]
    request = request_with(messages=messages)
    before = main.quote_infer(request)["Quoted"]["fee_cycles"]
    assert "Ok" in main.set_budgets(budgets_with(round_tokens=100, prompt_tokens=100))
    assert main.quote_infer(request)["Quoted"]["fee_cycles"] < before
    serving.upgrade()
    assert status_of(serving)["budgets"] == budgets_with(round_tokens=100, prompt_tokens=100)
    serving.act_as("batcher", CYCLES)
    steps, call = serving.start(request)
    body = call.args[2]["body"].decode()
    assert '"max_tokens":100' in body
    assert "x" * 201 not in body
    answer = serving.finish(steps, REPLY)["Inferred"]["answer"]
    assert answer["dropped_characters"] == 1_000 - 400 + len(" … ")


@pytest.mark.parametrize("change", [{"round_tokens": 0}, {"total_tokens": 100}])
def test_wrong_budgets_are_refused_and_change_nothing(serving: Any, change: Any) -> None:
    """By name."""
    (name,) = change
    refused = serving.act_as("owner").set_budgets(budgets_with(**change))["Refused"]
    assert name in refused["BadRequest"]
    assert status_of(serving)["budgets"] == budgets_with()


def test_strangers_bound_and_see_nothing(serving: Any) -> None:
    """A writer sees, and bounds nothing."""
    for name in ("stranger", "batcher"):
        main = serving.act_as(name)
        assert "NotAllowed" in main.set_budgets(budgets_with())["Refused"]
    assert "Status" in serving.act_as("batcher").status()
    assert "NotAllowed" in serving.act_as("stranger").status()["Refused"]


def test_the_status_counts_each_steps_work(serving: Any, request_with: Maker) -> None:
    """The last and the most, beside the soft budget and the platform's own limit."""
    for instructions in (4_000_000, 3_000_000):
        serving.act_as("batcher", CYCLES)
        serving.platform.instructions = instructions
        steps, _ = serving.start(request_with())
        serving.platform.instructions = instructions // 2
        serving.finish(steps, REPLY)
    status = status_of(serving)
    rows = {row["step"]: row for row in status["steps"]}
    assert rows[BUILDING] == {
        "step": BUILDING,
        "last_instructions": 3_000_000,
        "most_instructions": 4_000_000,
        "of_soft_budget_milli": 200,
        "of_platform_limit_milli": 1,
    }
    assert rows[CALLBACK]["most_instructions"] == 2_000_000
    assert status["platform_instructions"] == PLATFORM_INSTRUCTIONS


def test_the_status_shows_leases_and_pace(serving: Any, request_with: Maker) -> None:
    """While a call is out its shard is leased; a long enough reply tells the pace."""
    serving.act_as("batcher", CYCLES)
    steps, _ = serving.start(request_with())
    (provider,) = status_of(serving)["providers"]
    assert (provider["shards"], provider["shards_leased"], provider["pace_milli"]) == (2, 1, 0)
    serving.platform.now_ns += 2 * 10**9
    serving.finish(steps, REPLY | {"body": b"answer|stop|9|32|Paris."})
    (provider,) = status_of(serving)["providers"]
    assert (provider["shards_leased"], provider["pace_milli"]) == (0, 16_000)


def test_a_list_goes_on_in_the_next_message_once_this_one_did_enough(
    serving: Any, request_with: Maker, settings_with: Maker
) -> None:
    """After each prompt that was too much, by a call to itself that holds and keeps nothing."""
    features = ["llama_cpp", "lists"]
    serving.act_as("owner").set_provider(settings_with(template="chatml", features=features))
    main = serving.act_as("batcher", CYCLES)
    serving.platform.instructions = 15_000_001
    steps = main.infer_many([request_with(digest=f"{number:064x}") for number in range(3)])
    rest = next(steps)
    for _ in range(4):
        assert rest.args[1] == "InferService.rest"
        assert (serving.platform.maps[1], serving.platform.accepted) == ({}, 0)
        rest = steps.send(type("Reply", (), {"Ok": None, "Err": None})())
    assert rest.args[1] == "Management.http_request"
    assert main.rest() is None


def test_a_meter_keeps_the_last_and_the_most() -> None:
    """Of steps that were never taken nothing."""
    meter = WorkMeter()
    for used in (5, 9, 7):
        meter.note(BUILDING, used)
    rows = {row["step"]: row for row in meter.rows(Budgets())}
    assert (rows[BUILDING]["last_instructions"], rows[BUILDING]["most_instructions"]) == (7, 9)
    assert rows[CALLBACK]["most_instructions"] == rows[CALLBACK]["of_soft_budget_milli"] == 0
