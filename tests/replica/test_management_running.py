"""Canisters started, stopped, emptied and deleted through the management canister."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from kybra import Principal

from kybra_replica.kernel.rejects import Rejected
from tests.replica.conftest import toy_program
from tests.replica.management_client import ALICE, BOB, Steward, Users, decoded

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def echo(install: Callable[..., str]) -> Principal:
    """Somebody to await."""
    return Principal.from_str(install("echo"))


@pytest.fixture
def canister(users: Users) -> str:
    """A canister of Alice's that can await others."""
    canister = users.replica.create_canister(controller=ALICE)
    users.replica.install(canister, toy_program("lifecycle"), sender=ALICE, args=["one"])
    return canister


def test_stop_is_answered_when_the_open_calls_are_done(
    users: Users, canister: str, echo: Principal
) -> None:
    """Until then the canister is stopping, and takes no more."""
    waiting = users.replica.submit(canister, "wait_for", echo)
    users.replica.step()
    stop = users.begin("stop_canister", ALICE, canister_id=canister)
    again = users.begin("stop_canister", ALICE, canister_id=canister)
    for _ in range(3):
        users.replica.step()
    assert users.replica.answer(stop) is None
    assert users.ask("canister_status", ALICE, canister_id=canister)["status"] == {"stopping": None}
    users.replica.run()
    assert users.replica.reply(waiting) == "woken"
    assert decoded("stop_canister", users.replica.answer(stop)) is None
    assert decoded("stop_canister", users.replica.answer(again)) is None
    assert users.ask("canister_status", ALICE, canister_id=canister)["status"] == {"stopped": None}
    users.call("stop_canister", ALICE, canister_id=canister)


def stopping(users: Users, canister: str) -> int:
    """A stop that waits for a call that never ends; the stop's number."""
    users.replica.canister(canister).outstanding += 1
    stop = users.begin("stop_canister", ALICE, canister_id=canister)
    users.replica.run()
    assert users.replica.answer(stop) is None
    return stop


def test_a_start_cancels_who_waits_for_the_stop(users: Users, canister: str) -> None:
    """The canister runs on."""
    stop = stopping(users, canister)
    users.call("start_canister", ALICE, canister_id=canister)
    with pytest.raises(Rejected, match="stop request was cancelled") as caught:
        decoded("stop_canister", users.replica.answer(stop))
    assert caught.value.error_code == "IC0511"
    assert users.replica.status(canister).status == "running"


def test_a_stop_is_given_up_after_five_minutes(users: Users, canister: str) -> None:
    """The canister goes on stopping."""
    stop = stopping(users, canister)
    users.replica.advance(299)
    assert users.replica.answer(stop) is None
    users.replica.advance(1)
    with pytest.raises(Rejected, match="Stop canister request timed out") as caught:
        decoded("stop_canister", users.replica.answer(stop))
    assert (caught.value.code, caught.value.error_code) == (2, "IC0206")
    assert users.replica.status(canister).status == "stopping"


def test_a_canister_stops_another_and_gets_its_cycles_back(users: Users, steward: Steward) -> None:
    """The attached cycles travel back with the late answer too."""
    child = users.replica.create_canister(controller=steward.canister)
    told = steward.call("stop_canister", 1_000, canister_id=child)
    assert told == (None, "", 1_000)
    assert users.replica.status(child).status == "stopped"


def test_uninstalling_takes_code_memory_and_open_calls(
    users: Users, canister: str, echo: Principal
) -> None:
    """Who awaits an answer gets a reject, and the late reply finds nobody."""
    users.replica.update(canister, "certify")
    users.replica.update(canister, "set_alarm")
    users.call("upload_chunk", ALICE, canister_id=canister, chunk=b"x")
    waiting = users.replica.submit(canister, "wait_for", echo)
    users.replica.step()
    users.call("uninstall_code", ALICE, canister_id=canister)
    answer = users.replica.answer(waiting)
    assert str(answer) == (
        "Reject(code=4, message='Canister has been uninstalled.', error_code='IC0406')"
    )
    users.replica.advance(20)
    status = users.replica.status(canister)
    assert (status.module_hash, status.certified_data, status.open_calls) == ("", b"", 0)
    assert users.call("stored_chunks", ALICE, canister_id=canister) == []
    with pytest.raises(Rejected, match="contains no Wasm module"):
        users.replica.query(canister, "story")
    users.replica.install(canister, toy_program("lifecycle"), sender=ALICE, args=["two"])
    assert users.replica.query(canister, "story") == ["init two", "first=two"]


def test_uninstalling_while_stopping_ends_the_stop(
    users: Users, canister: str, echo: Principal
) -> None:
    """Once the last reply is in, the empty canister is stopped."""
    users.replica.submit(canister, "wait_for", echo)
    users.replica.step()
    stop = users.begin("stop_canister", ALICE, canister_id=canister)
    users.begin("uninstall_code", ALICE, canister_id=canister)
    users.replica.run()
    assert decoded("stop_canister", users.replica.answer(stop)) is None
    assert users.replica.status(canister).status == "stopped"


def test_deleting_wants_a_stopped_canister_and_forgets_it(users: Users, canister: str) -> None:
    """Its cycles are burnt, its calls find no route, its timers nobody."""
    users.replica.update(canister, "set_alarm")
    with pytest.raises(Rejected, match="must be stopped before it is deleted") as caught:
        users.call("delete_canister", ALICE, canister_id=canister)
    assert caught.value.error_code == "IC0510"
    users.call("stop_canister", ALICE, canister_id=canister)
    users.call("delete_canister", ALICE, canister_id=canister)
    users.replica.advance(20)
    with pytest.raises(Rejected, match="No route"):
        users.replica.query(canister, "story")
    with pytest.raises(Rejected, match="not found"):
        users.call("start_canister", ALICE, canister_id=canister)


def test_a_timer_that_was_due_finds_a_deleted_canister(users: Users, canister: str) -> None:
    """A message in the queue outlives the canister that it was for."""
    users.replica.update(canister, "set_alarm")
    users.begin("stop_canister", ALICE, canister_id=canister)
    users.begin("delete_canister", ALICE, canister_id=canister)
    users.replica.advance(20)
    with pytest.raises(Rejected, match="No route"):
        users.replica.status(canister)


def test_a_canister_never_deletes_itself(steward: Steward) -> None:
    """Not even where it controls itself."""
    told = steward.call("delete_canister", canister_id=steward.canister)
    assert told.error.startswith(
        f"Rejection code 5, Canister {steward.canister} cannot delete itself.\nDelete the canister"
    )


@pytest.mark.parametrize(
    "method", ["start_canister", "stop_canister", "uninstall_code", "delete_canister"]
)
def test_strangers_control_nothing(
    users: Users, steward: Steward, canister: str, method: str
) -> None:
    """Neither users nor canisters."""
    with pytest.raises(Rejected, match="Only controllers of canister"):
        users.call(method, BOB, canister_id=canister)
    told = steward.call(method, canister_id=canister)
    assert "Only the controllers of the canister" in told.error
    assert users.replica.query(canister, "story") == ["init one", "first=one"]
