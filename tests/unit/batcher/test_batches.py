"""Batches in the canister: worked off by the timer, through upgrades and failures, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.batcher.batch_world import SPOILED, World, create, pages, status
from tests.unit.batcher.lines_of_batches import line_for

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Stage

PAYER = "rrkah-fqaaa-aaaaa-aaaaq-cai"


@pytest.fixture
def world(bare_stage: Stage, answer: dict[str, Any]) -> World:
    """Give a batcher whose provider takes lists, and who answers it."""
    bare_stage.connect(("lists",))
    return World(bare_stage, answer)


def test_fifty_prompts_of_which_repeats_cost_nothing(world: World) -> None:
    """Twenty distinct prompts among fifty make twenty answers of a model, by few outcalls."""
    lines = [line_for(f"id-{place}", f"p{place % 20}") for place in range(50)]
    batch = create(world, lines)["Batch"]
    assert batch["status"] == "validating"
    world.run_until(batch["batch"], "completed")
    view = status(world, batch["batch"])
    assert (view["completed"], view["failed"], view["total"]) == (50, 0, 50)
    assert sorted(prompt for list_ in world.asked for prompt in list_) == sorted(
        f"p{place}" for place in range(20)
    )
    assert view["outcalls"] == len(world.asked) <= 4
    assert view["hits"] + view["collapsed"] == 30
    rows = pages(world, "batch_output", batch["batch"])
    assert len(rows) == 50
    for place in range(50):
        content = rows[f"id-{place}"]["answered"]["answer"]["content"]
        assert content == f"P{place % 20}"
    assert pages(world, "batch_errors", batch["batch"]) == {}
    assert (
        view["validating_at_ns"]
        < view["in_progress_at_ns"]
        < view["finalizing_at_ns"]
        < view["completed_at_ns"]
    )


def test_a_second_batch_of_the_same_is_all_hits(world: World) -> None:
    """Nothing is asked of a model again."""
    lines = [line_for(f"id-{place}", f"p{place}") for place in range(10)]
    for expected in (0, 10):
        batch = create(world, lines)["Batch"]["batch"]
        world.run_until(batch, "completed")
        assert status(world, batch)["hits"] == expected
    assert len([prompt for list_ in world.asked for prompt in list_]) == 10


def test_a_poisonous_item_fails_alone(world: World) -> None:
    """It is isolated by halving its list; it is in the list of errors, the others in the other."""
    world.poison = {"p5"}
    lines = [line_for(f"id-{place}", f"p{place}") for place in range(16)]
    batch = create(world, lines)["Batch"]["batch"]
    world.run_until(batch, "completed")
    assert pages(world, "batch_errors", batch) == {
        "id-5": {"custom_id": "id-5", "answered": None, "refusal": SPOILED}
    }
    assert len(pages(world, "batch_output", batch)) == 15
    assert len(world.asked) <= 1 + 2 * 4


def test_an_upgrade_in_the_middle_loses_and_doubles_nothing(world: World) -> None:
    """What was out is sent again once its lease is over; each item still has one result."""
    lines = [line_for(f"id-{place}", f"p{place}") for place in range(40)]
    batch = create(world, lines)["Batch"]["batch"]
    world.run(3)
    partial = status(world, batch)
    assert partial["status"] == "in_progress"
    # Sent, looked up, waiting in a window: and then everything in the heap is gone.
    world.stage.upgrade()
    before = len(pages(world, "batch_output", batch))
    assert before == partial["completed"]
    world.run_until(batch, "completed", seconds=400)
    view = status(world, batch)
    assert (view["completed"], view["failed"]) == (40, 0)
    assert len(pages(world, "batch_output", batch)) == 40


def test_bad_lines_fail_the_batch_and_ask_nobody(world: World) -> None:
    """Every fault is told with its line: form, model, and what check finds."""
    lines = [
        line_for("a"),
        "no json",
        line_for("a"),
        line_for("b", model="nobody"),
        line_for("c", max_tokens=0),
    ]
    batch = create(world, lines)["Batch"]["batch"]
    world.run(5)
    view = status(world, batch)
    assert view["status"] == "failed"
    assert [fault["line"] for fault in view["faults"]] == [2, 3, 4, 5]
    assert "twice" in view["faults"][1]["message"]
    assert "UnknownModel" in view["faults"][2]["message"]
    assert world.asked == []


def test_a_cancelled_batch_keeps_what_is_done(world: World) -> None:
    """It is cancelling until the last that is out is back; what was not begun is named."""
    lines = [line_for(f"id-{place}", f"p{place}") for place in range(80)]
    batch = create(world, lines)["Batch"]["batch"]
    world.run(5)
    assert world.stage.ask("batch_cancel", batch)["Batch"]["status"] == "cancelling"
    world.run_until(batch, "cancelled")
    view = status(world, batch)
    assert view["status"] == "cancelled"
    done, not_done = pages(world, "batch_output", batch), pages(world, "batch_errors", batch)
    assert len(done) + len(not_done) == 80
    assert all("Cancelled" in row["refusal"] for row in not_done.values())
    assert "BadRequest" in world.stage.ask("batch_cancel", batch)["Refused"]


def test_a_batch_past_its_window_is_expired(world: World) -> None:
    """A model that never answers leaves every item timed out."""
    world.stage.balance = 10**11
    batch = create(world, [line_for("a")], window_s=10)["Batch"]["batch"]
    world.run(12)
    assert status(world, batch)["status"] == "expired"
    assert "Timeout" in pages(world, "batch_errors", batch)["a"]["refusal"]


def test_a_batch_is_its_askers_alone_and_strangers_create_none(world: World) -> None:
    """Others learn nothing, not even that it exists."""
    batch = create(world, [line_for("a")])["Batch"]["batch"]
    for method, args in (("batch_status", ()), ("batch_output", (0,)), ("batch_errors", (0,))):
        reply = world.stage.ask(method, batch, *args, caller=PAYER)
        assert "NotAllowed" in reply["Refused"]
    assert "NotAllowed" in world.stage.ask("batch_cancel", batch, caller=PAYER)["Refused"]
    assert "NotAllowed" in create(world, [line_for("a")], caller=PAYER)["Refused"]
    assert "NotAllowed" in create(world, [line_for("a")], caller="2vxsx-fae")["Refused"]


@pytest.mark.parametrize(
    ("lines", "window_s", "refusal"),
    [([], 60, "BadRequest"), (["x"], 1, "BadRequest"), (["x"] * 501, 60, "TooLarge")],
)
def test_what_is_no_batch_is_refused(
    lines: list[str], window_s: int, refusal: str, world: World
) -> None:
    """Nothing is kept of it."""
    assert refusal in create(world, lines, window_s)["Refused"]
    assert world.stage.maps[24].entries == {}


def test_a_payer_pays_from_the_cycles_that_came_with_the_batch(world: World) -> None:
    """Too few fail its validation; enough become credit, of which the items are paid."""
    world.stage.ask("allow_asker", {"caller": PAYER, "sponsored": "no"})
    assert create(world, [line_for("a")], caller=PAYER)["Batch"]["batch"]
    world.run(3)
    request = {"lines": line_for("b") + "\n" + line_for("c", "other"), "window_s": 60}
    batch = world.stage.message("batch_create", request, caller=PAYER, attached=10**10)
    number = batch.reply["Batch"]["batch"]
    world.run_until(number, "completed", caller=PAYER)
    view = status(world, number, caller=PAYER)
    assert (view["status"], view["completed"]) == ("completed", 2)
    account = [int(part) for part in world.stage.maps[5].entries[PAYER].split("|")]
    charged, spent, margin, credit, held = account
    assert charged == 10**10 == spent + margin + credit + held
    assert view["charged_cycles"] == spent + margin
    assert held == 0
