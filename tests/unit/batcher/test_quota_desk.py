"""Quotas in the canister: at every door, before anything is taken, and over upgrades."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.batcher.batch_world import World, create, pages, status
from tests.unit.batcher.batcher_stage import OWNER
from tests.unit.batcher.cancels import BOB
from tests.unit.batcher.lines_of_batches import line_for
from tests.unit.batcher.list_replies import MISS, STORED
from tests.unit.batcher.test_pushing import CALLBACK, DAPP

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Stage

HOUR_S = 3_600


def quota(tenant: str = OWNER, **limits: Any) -> dict[str, Any]:
    """Make a quota that limits nothing but what is named."""
    names = ("requests_per_hour", "cycles_per_day", "waiting_tickets")
    return {"tenant": tenant, **dict.fromkeys(names), "models": [], **limits}


def limit(stage: Stage, tenant: str = OWNER, **limits: Any) -> None:
    """Set a quota."""
    assert stage.ask("set_quota", quota(tenant, **limits)) == {"Ok": "set"}


def standing(stage: Stage, caller: str = OWNER) -> Any:
    """Read a tenant's standing."""
    return stage.ask("quota", caller=caller)["Quota"]


def test_requests_over_the_quota_are_refused_until_the_hour_ends(
    stage: Stage, request_for: Any, hit: Any
) -> None:
    """Hits count; the refusal leaves no trace and says when to come again."""
    limit(stage, requests_per_hour=2)
    for _ in range(2):
        message = stage.message("ask", request_for())
        assert "Answered" in message.answer(hit(message)).reply
    refused = stage.message("ask", request_for())
    wait_s = refused.reply["Refused"]["RateLimited"]["retry_after_s"]
    assert (refused.done, 0 < wait_s <= HOUR_S) == (True, True)
    assert stage.ask("submit", request_for()) == refused.reply
    assert standing(stage)["requests"] == 2
    stage.now_ns += wait_s * 10**9
    assert not stage.message("ask", request_for()).done


@pytest.mark.parametrize("method", ["ask", "submit", "submit_to"])
def test_every_door_has_the_same_quota(stage: Stage, request_for: Any, method: str) -> None:
    """One request through any of them, and then none."""
    stage.ask("allow_asker", {"caller": DAPP, "sponsored": "yes"})
    stage.ask("allow_callback", CALLBACK)
    limit(stage, "default", requests_per_hour=1)
    args = (CALLBACK["method"],) if method == "submit_to" else ()
    first = stage.message(method, request_for(), *args, caller=DAPP)
    assert "Refused" not in (first.reply or {})
    for name in ("ask", "submit"):
        refused = stage.message(name, request_for("b"), caller=DAPP).reply
        assert "RateLimited" in refused["Refused"]
    # The default is for each on its own.
    assert standing(stage)["requests"] == 0
    assert not stage.message("ask", request_for("c")).done


def test_a_payer_over_its_quota_loses_no_cycles(paying: Stage, request_for: Any) -> None:
    """Nothing is accepted of a call that is refused, and nothing held."""
    limit(paying, BOB, requests_per_hour=0)
    for method in ("ask", "submit"):
        message = paying.message(method, request_for(), caller=BOB, attached=10**13)
        assert "set_quota" in message.reply["Refused"]["NotAllowed"]
        assert message.accepted == 0
    assert paying.ask("account", caller=BOB)["charged"] == 0
    assert paying.ask("counters")["flights"] == 0


def test_a_day_s_cycles_are_held_at_their_worst_and_counted_as_spent(
    stage: Stage, request_for: Any, inferred: Any
) -> None:
    """While a call is out no second one fits; once it is back its real cost counts."""
    price = stage.ask("quote", request_for("a"))["Quoted"]["miss_cycles"]
    limit(stage, cycles_per_day=price + 1_000)
    first = stage.message("ask", request_for("a")).answer(MISS)
    assert standing(stage)["cycles"] == price
    second = stage.message("ask", request_for("b")).answer(MISS)
    assert "RateLimited" in second.reply["Refused"]
    attached = first.attached
    first.answer(inferred(), refunded=attached - 700).answer(STORED)
    assert standing(stage)["cycles"] == first.reply["Answered"]["charged_cycles"] == 700
    assert stage.message("ask", request_for("b")).answer(MISS).attached > 0


def test_a_payer_s_fees_and_margin_count(
    paying: Stage, request_for: Any, inferred: Any, hit: Any
) -> None:
    """What is charged is what counts, of a miss and of a hit."""
    limit(paying, BOB, cycles_per_day=10**13)
    asked = paying.message("ask", request_for(), caller=BOB, attached=10**13).answer(MISS)
    asked.answer(inferred(), refunded=asked.attached - 700).answer(STORED)
    charged = asked.reply["Answered"]["charged_cycles"]
    again = paying.message("ask", request_for("b"), caller=BOB, attached=10**13)
    charged += again.answer(hit(again)).reply["Answered"]["charged_cycles"]
    assert standing(paying, BOB)["cycles"] == charged > 700


def test_what_never_fits_is_told_so(stage: Stage, request_for: Any) -> None:
    """Waiting would not help where one request may cost more than a day has."""
    limit(stage, cycles_per_day=5)
    refused = stage.message("submit", request_for()).reply["Refused"]
    assert "your quota is 5 a day" in refused["NotAllowed"]


def test_waiting_tickets_are_limited_until_they_end(
    stage: Stage, request_for: Any, inferred: Any
) -> None:
    """An end, a cancel, or another's ticket frees or takes nothing of somebody else's."""
    limit(stage, waiting_tickets=2)
    first = stage.message("submit", request_for("a"))
    second = stage.message("submit", request_for("b"))
    busy = stage.message("submit", request_for("c")).reply
    assert busy["Refused"] == {"Busy": {"retry_after_s": 10}}
    assert stage.message("submit", request_for("a")).reply == busy
    first.answer(MISS).answer(inferred()).answer(STORED)
    assert standing(stage)["waiting"] == 1
    third = stage.message("submit", request_for("c"))
    assert "Ticket" in third.reply
    stage.ask("cancel", second.reply["Ticket"]["ticket"])
    assert "Ticket" in stage.message("submit", request_for("d")).reply
    assert "Busy" in stage.message("submit", request_for("e")).reply["Refused"]


def test_an_upgrade_keeps_quotas_and_waiting_and_loses_the_hour(
    stage: Stage, request_for: Any
) -> None:
    """The tickets that wait are found again; only counts of windows are gone."""
    limit(stage, requests_per_hour=2, waiting_tickets=1, models=["smol"])
    limit(stage, BOB, cycles_per_day=2**60)
    stage.message("submit", request_for("a"))
    listed = stage.ask("quotas")
    assert [one["tenant"] for one in listed] == sorted([OWNER, BOB])
    stage.upgrade()
    assert stage.ask("quotas") == listed
    shown = standing(stage)
    assert (shown["requests"], shown["waiting"]) == (0, 1)
    assert "Busy" in stage.message("submit", request_for("b")).reply["Refused"]


def test_a_limit_set_later_knows_the_tickets_of_before(stage: Stage, request_for: Any) -> None:
    """And removed it limits nobody."""
    stage.message("submit", request_for("a"))
    limit(stage, waiting_tickets=1)
    assert "Busy" in stage.message("submit", request_for("b")).reply["Refused"]
    assert stage.ask("remove_quota", OWNER) == {"Ok": "removed"}
    assert stage.ask("quotas") == []
    assert "Ticket" in stage.message("submit", request_for("b")).reply


def test_models_that_are_not_allowed_are_refused_by_name(stage: Stage, request_for: Any) -> None:
    """At the doors and in a quote, and among a vote's models too."""
    limit(stage, models=["other", "third@r1:q8"])
    for method in ("ask", "submit", "quote"):
        refused = stage.message(method, request_for()).reply["Refused"]
        assert "ask one of other, third@r1:q8" in refused["NotAllowed"]
    limit(stage, models=["smol"])
    assert "Quoted" in stage.ask("quote", request_for())


def test_an_own_quota_takes_the_place_of_the_default(stage: Stage, request_for: Any) -> None:
    """As a whole: what it does not limit is not limited."""
    limit(stage, "default", requests_per_hour=0)
    limit(stage, waiting_tickets=5)
    assert "Ticket" in stage.message("submit", request_for()).reply
    assert standing(stage)["quota"]["requests_per_hour"] is None
    stage.ask("remove_quota", OWNER)
    assert standing(stage)["quota"] == quota("default", requests_per_hour=0)


def test_items_of_a_batch_wait_for_the_next_hour(bare_stage: Stage, answer: dict[str, Any]) -> None:
    """They do not fail for the quota, nor use it up while they wait."""
    bare_stage.connect(("lists",))
    world = World(bare_stage, answer)
    limit(bare_stage, requests_per_hour=3)
    lines = [line_for(f"id-{place}", f"p{place}") for place in range(5)]
    batch = create(world, lines, window_s=7_200)["Batch"]["batch"]
    world.run(20)
    view = status(world, batch)
    assert (view["status"], view["completed"]) == ("in_progress", 3)
    bare_stage.now_ns += HOUR_S * 10**9
    world.run_until(batch, "completed")
    assert len(pages(world, "batch_output", batch)) == 5
    assert standing(bare_stage)["requests"] == 2


def test_a_batch_with_a_forbidden_model_fails_at_its_line(
    bare_stage: Stage, answer: dict[str, Any]
) -> None:
    """Before anything is sent."""
    bare_stage.connect(("lists",))
    world = World(bare_stage, answer)
    limit(bare_stage, models=["other"])
    batch = create(world, [line_for("a")])["Batch"]["batch"]
    world.run(5)
    view = status(world, batch)
    assert view["status"] == "failed"
    assert "ask one of other" in view["faults"][0]["message"]


@pytest.mark.parametrize(
    "wrong",
    [
        quota("nobody at all"),
        quota(models=[""]),
        quota(models=["two names"]),
        quota(models=["é"]),
        quota(models=["m" * 700, "n" * 700]),
    ],
)
def test_quotas_that_mean_nothing_are_refused(stage: Stage, wrong: dict[str, Any]) -> None:
    """And nothing is kept of them."""
    assert "BadRequest" in stage.ask("set_quota", wrong)["Refused"]
    assert stage.ask("quotas") == []


def test_quotas_are_set_by_controllers_and_seen_by_their_tenants(paying: Stage) -> None:
    """An asker sees its own standing, a stranger none; neither sees the list."""
    limit(paying, BOB, requests_per_hour=7)
    for caller in (BOB, "ryjl3-tyaaa-aaaaa-aaaba-cai"):
        assert "NotAllowed" in paying.ask("set_quota", quota(BOB), caller=caller)["Refused"]
        assert "NotAllowed" in paying.ask("remove_quota", BOB, caller=caller)["Refused"]
        assert paying.ask("quotas", caller=caller) == []
    assert standing(paying, BOB)["quota"] == quota(BOB, requests_per_hour=7)
    refused = paying.ask("quota", caller="ryjl3-tyaaa-aaaaa-aaaba-cai")["Refused"]
    assert "NotAllowed" in refused


def test_quotas_are_bounded(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """One too many is refused; one that is there can be replaced."""
    monkeypatch.setattr("quota_endpoints.MAX_QUOTAS", 1)
    limit(stage, requests_per_hour=1)
    limit(stage, requests_per_hour=2)
    assert "BadRequest" in stage.ask("set_quota", quota(BOB))["Refused"]
