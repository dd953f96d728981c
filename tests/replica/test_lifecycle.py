"""Install, upgrade, reinstall, stop: each whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from kybra import Principal

from kybra_replica.kernel.rejects import Rejected
from kybra_replica.program.interface import Program

if TYPE_CHECKING:
    from kybra_replica.kernel.replica import Replica

Toy = Callable[[str], Program]


@pytest.fixture
def canister(install: Callable[..., str]) -> str:
    """The first version, installed with an argument."""
    return install("lifecycle", "one")


@pytest.fixture
def echo(install: Callable[..., str]) -> Principal:
    """Somebody to await."""
    return Principal.from_str(install("echo"))


def story(replica: Replica, canister: str) -> list[str]:
    """What heap and map hold."""
    return list(replica.query(canister, "story"))


def test_init_takes_its_argument(replica: Replica, canister: str) -> None:
    """And may write to stable memory."""
    assert story(replica, canister) == ["init one", "first=one"]


def test_an_upgrade_keeps_maps_and_drops_the_heap(
    replica: Replica, canister: str, toy: Toy
) -> None:
    """pre_upgrade of the old program, post_upgrade of the new one."""
    replica.install(canister, toy("lifecycle:b"), mode="upgrade")
    assert story(replica, canister) == ["arrived b", "arrived=b", "first=one", "left=a"]


def test_a_failed_upgrade_changes_nothing(
    replica: Replica, canister: str, toy: Toy, echo: Principal
) -> None:
    """Heap, map, timers and waiting calls go on; pre_upgrade's writes are undone."""
    replica.update(canister, "set_alarm")
    waiting = replica.submit(canister, "wait_for", echo)
    replica.step()
    with pytest.raises(Rejected, match="no way in"):
        replica.install(canister, toy("lifecycle:bad"), mode="upgrade")
    assert story(replica, canister) == ["init one", "waiting", "first=one"]
    replica.run()
    assert replica.reply(waiting) == "woken"
    replica.advance(10)
    assert story(replica, canister) == ["init one", "waiting", "woken", "alarm", "first=one"]


def test_an_upgrade_drops_timers(replica: Replica, canister: str, toy: Toy) -> None:
    """They are lost, and never fire in the new program."""
    replica.update(canister, "set_alarm")
    replica.install(canister, toy("lifecycle:b"), mode="upgrade")
    replica.advance(20)
    assert "alarm" not in story(replica, canister)


def test_a_call_that_awaits_over_an_upgrade_is_rejected(
    replica: Replica, canister: str, toy: Toy, echo: Principal
) -> None:
    """No Python of it runs again, and the new program goes on."""
    waiting = replica.submit(canister, "wait_for", echo)
    replica.step()
    replica.install(canister, toy("lifecycle:b"), mode="upgrade")
    replica.run()
    with pytest.raises(Rejected, match="Canister trapped: unreachable"):
        replica.reply(waiting)
    assert "woken" not in story(replica, canister)


def test_stop_drains_open_calls(replica: Replica, canister: str, echo: Principal) -> None:
    """The awaiting call ends normally, then the canister is stopped; new ones are refused."""
    waiting = replica.submit(canister, "wait_for", echo)
    replica.step()
    replica.begin_stop(canister)
    assert replica.status(canister).status == "stopping"
    with pytest.raises(Rejected, match="is stopping"):
        replica.submit(canister, "wait_for", echo)
    replica.stop(canister)
    assert replica.reply(waiting) == "woken"
    assert replica.status(canister).status == "stopped"


def test_a_timer_due_while_stopped_fires_after_start(replica: Replica, canister: str) -> None:
    """It waits for the start."""
    replica.update(canister, "set_alarm")
    replica.stop(canister)
    replica.advance(20)
    replica.start(canister)
    replica.run()
    assert "alarm" in story(replica, canister)


def test_reinstall_erases_everything(replica: Replica, canister: str, toy: Toy) -> None:
    """Heap, maps and certified data."""
    replica.update(canister, "certify")
    replica.install(canister, toy("lifecycle"), mode="reinstall", args=["two"])
    assert story(replica, canister) == ["init two", "first=two"]
    assert replica.status(canister).certified_data == b""


def test_certified_data_survives_an_upgrade(replica: Replica, canister: str, toy: Toy) -> None:
    """As it was measured, whatever the documentation says."""
    replica.update(canister, "certify")
    replica.install(canister, toy("lifecycle:b"), mode="upgrade")
    assert replica.status(canister).certified_data == b"proof"


def test_wrong_installs_are_refused(replica: Replica, canister: str, toy: Toy) -> None:
    """By whom, into what, with what."""
    empty = replica.create_canister()
    with pytest.raises(Rejected, match="not empty"):
        replica.install(canister, toy("lifecycle"), args=["x"])
    with pytest.raises(Rejected, match="no Wasm module"):
        replica.install(empty, toy("lifecycle:b"), mode="upgrade")
    with pytest.raises(Rejected, match="Only controllers"):
        replica.install(empty, toy("lifecycle"), args=["x"], sender=canister)
    with pytest.raises(Rejected, match=r"init takes 1 argument"):
        replica.install(empty, toy("lifecycle"))
    assert replica.status(empty).module_hash == ""


def test_a_wider_map_is_refused_at_first_use(replica: Replica, canister: str, toy: Toy) -> None:
    """The upgrade succeeds, the first use panics: bounds may only shrink."""
    replica.install(canister, toy("widening"), mode="upgrade")
    with pytest.raises(Rejected, match="max_value_size must be <= 40"):
        replica.query(canister, "read")
