"""What controllers do, what strangers may not, and that rows survive upgrades."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Stage

BOB = "w7x7r-cok77-xa"
CACHE = "rrkah-fqaaa-aaaaa-aaaaq-cai"


@pytest.mark.parametrize(
    ("method", "args"),
    [
        ("connect", (CACHE, CACHE)),
        ("refresh_models", ()),
        ("allow_asker", ({"caller": BOB, "sponsored": "yes"},)),
        ("deny_asker", (BOB,)),
        ("configure", ({},)),
        ("add_controller", (BOB,)),
        ("remove_controller", ("aaaaa-aa",)),
    ],
)
def test_a_stranger_controls_nothing(stage: Stage, method: str, args: tuple[Any, ...]) -> None:
    """Each command refuses before it looks at anything, and calls nobody."""
    assert "NotAllowed" in stage.ask(method, *args, caller=BOB)["Refused"]


def test_askers_are_listed_for_controllers_only(stage: Stage) -> None:
    """Who may ask is nobody else's business."""
    row = {"caller": BOB, "sponsored": "no"}
    assert "Ok" in stage.ask("allow_asker", row)
    assert stage.ask("askers") == [row]
    assert stage.ask("askers", caller=BOB) == []
    stage.ask("deny_asker", BOB)
    stage.ask("deny_asker", BOB)
    assert stage.ask("askers") == []


def test_an_asker_is_a_principal_with_a_yes_or_a_no(stage: Stage) -> None:
    """Nonsense and the anonymous principal are refused."""
    for caller, sponsored in ((BOB, "maybe"), ("Bob", "yes"), ("2vxsx-fae", "yes")):
        reply = stage.ask("allow_asker", {"caller": caller, "sponsored": sponsored})
        assert "BadRequest" in reply["Refused"]


def test_askers_are_bounded(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """One asker too many is refused; changing one who is there is not."""
    monkeypatch.setattr("batcher_admin.MAX_ASKERS", 1)
    stage.ask("allow_asker", {"caller": BOB, "sponsored": "yes"})
    assert "Ok" in stage.ask("allow_asker", {"caller": BOB, "sponsored": "no"})
    reply = stage.ask("allow_asker", {"caller": CACHE, "sponsored": "yes"})
    assert "BadRequest" in reply["Refused"]


def test_rows_survive_an_upgrade(stage: Stage) -> None:
    """Askers, controllers, wiring, models and settings are read back from stable memory."""
    stage.ask("allow_asker", {"caller": BOB, "sponsored": "yes"})
    stage.ask("allow_asker", {"caller": BOB, "sponsored": "no"})
    stage.ask("add_controller", BOB)
    stage.ask("configure", dict(stage.ask("settings"), lease_s=60, anonymous="public"))
    models = stage.ask("models")
    stage.upgrade()
    assert stage.ask("askers", caller=BOB) == [{"caller": BOB, "sponsored": "no"}]
    assert stage.ask("settings")["lease_s"] == 60
    assert stage.ask("settings")["anonymous"] == "public"
    assert stage.ask("models") == models
    assert stage.message("refresh_models").called == "InferService.models"


def test_the_last_controller_stays(stage: Stage) -> None:
    """Controllers come and go, but one is always left."""
    assert "BadRequest" in stage.ask("remove_controller", "aaaaa-aa")["Refused"]
    stage.ask("add_controller", BOB)
    stage.ask("add_controller", BOB)
    assert "Ok" in stage.ask("remove_controller", "aaaaa-aa", caller=BOB)
    stage.upgrade()
    assert "NotAllowed" in stage.ask("add_controller", BOB)["Refused"]


def test_models_are_replaced_by_what_infer_lists(stage: Stage) -> None:
    """Names that are not whole are left out; a failing infer canister changes nothing."""
    reply = stage.message("refresh_models").answer(["other@r2:q4", "bare"]).answer([]).reply
    assert reply == {"Ok": "1 models"}
    assert stage.ask("models") == ["other@r2:q4"]
    failed = stage.message("refresh_models").answer(err="trapped").reply
    assert "Unreachable" in failed["Refused"]
    broken = stage.message("refresh_models").answer([5]).reply
    assert "Internal" in broken["Refused"]
    assert stage.ask("models") == ["other@r2:q4"]


def test_refreshing_needs_a_connection(bare_stage: Stage) -> None:
    """Before it is wired, the batcher says what to call first."""
    assert "connect" in bare_stage.ask("refresh_models")["Refused"]["Unreachable"]
    assert "BadRequest" in bare_stage.ask("connect", "nonsense", CACHE)["Refused"]


def test_settings_out_of_bounds_change_nothing(stage: Stage) -> None:
    """The settings in force stay."""
    before = stage.ask("settings")
    assert "BadRequest" in stage.ask("configure", dict(before, lease_s=1))["Refused"]
    assert stage.ask("settings") == before


def test_an_unknown_layout_refuses_the_upgrade(stage: Stage) -> None:
    """Code that can't read the maps must not run on them."""
    stage.maps[4].entries["layout"] = "99"
    with pytest.raises(ValueError, match="layout 99"):
        stage.upgrade()


def test_the_sweep_logs_what_it_raises(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A timer swallows exceptions, so the body says what happened."""
    monkeypatch.setattr(stage, "time", lambda: "soon")
    stage.timers[-1][1]()
    assert stage.printed[-1].startswith("sweep: TypeError")


def test_counts_survive_an_upgrade_once_swept(stage: Stage, request_for: Any) -> None:
    """The timer writes the counts; its period is what an upgrade may lose."""
    stage.ask("ask", request_for(""))
    assert stage.timers[-1][0] == 60
    stage.tick(60)
    stage.upgrade()
    counts = stage.ask("counters")
    assert (counts["asks"], counts["refusals"]) == (1, 1)
