"""What a restart finds: statuses, orders, answers, and programs that do not come up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kybra_replica.candid.encode import encode
from kybra_replica.kernel import ingress
from kybra_replica.kernel.rejects import Reject, Rejected
from kybra_replica.kernel.replica import Replica
from kybra_replica.management.http_shapes import HTTP_REQUEST
from kybra_replica.management.shapes import NO_NAMES
from kybra_replica.outcalls.mocks import StrictMocks
from kybra_replica.stable.store import StateInUseError, StateTooNewError, Store
from tests.unit.kernel.conftest import COUNTER
from tests.unit.kernel.test_live_replica import REQUEST

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kybra_replica.program.interface import Program

STUBBORN = """
from kybra import ic, init, post_upgrade, query, text, void

@init
def arrive() -> void:
    pass

@post_upgrade
def stumble() -> void:
    ic.trap("can't go on")
"""


@pytest.fixture
def counter(make: Callable[[str], Program]) -> Program:
    """A counter that can also wait for an outcall."""
    request = encode((HTTP_REQUEST,), (REQUEST,), NO_NAMES)
    return make(COUNTER.replace("{request}", request.hex()))


def test_a_canister_that_was_stopping_is_stopped(tmp_path: Path, counter: Program) -> None:
    """Its open calls were rejected at the restart, so nothing is left to wait for."""
    mocks = StrictMocks()
    mocks.expect().never()
    with Replica(state=tmp_path / "state", outcalls=mocks) as replica:
        canister = replica.create_canister()
        replica.install(canister, counter)
        call = replica.submit(canister, "wait_long")
        replica.run()
        replica.begin_stop(canister)
        assert replica.status(canister).status == "stopping"
    with Replica(state=tmp_path / "state") as replica:
        assert replica.status(canister).status == "stopped"
        assert replica.status(canister).open_calls == 0
        with pytest.raises(Rejected, match="suspended when the replica restarted"):
            replica.reply(call)
        replica.start(canister)
        assert replica.update(canister, "add", 2) == 2


def test_empty_canisters_and_the_order_of_all_are_kept(tmp_path: Path, counter: Program) -> None:
    """A canister without a program comes back; the next one gets the next principal."""
    with Replica(state=tmp_path / "state") as replica:
        ids = [replica.create_canister() for _ in range(3)]
        replica.install(ids[1], counter)
    with Replica(state=tmp_path / "state") as replica:
        assert [canister.text for canister in replica.kernel.canisters.values()] == ids
        assert replica.status(ids[0]).module_hash == ""
        assert replica.create_canister() not in ids


def test_an_answer_can_still_be_read_after_a_restart(tmp_path: Path, counter: Program) -> None:
    """Replies and rejects are on disk before anybody hears them."""
    with Replica(state=tmp_path / "state") as replica:
        canister = replica.create_canister()
        replica.install(canister, counter)
        good, bad = replica.submit(canister, "add", 5), replica.submit(canister, "fail")
        replica.run()
    with Replica(state=tmp_path / "state") as replica:
        assert replica.reply(good) == 5
        with pytest.raises(Rejected, match="ValueError: no"):
            replica.reply(bad)


def test_a_program_that_cannot_come_up_fails_the_start_and_frees_the_folder(
    tmp_path: Path, make: Callable[[str], Program]
) -> None:
    """The error names the trap; the state can be opened again afterwards."""
    with Replica(state=tmp_path / "state") as replica:
        replica.install(replica.create_canister(), make(STUBBORN))
    for _ in range(2):
        with pytest.raises(Rejected, match="can't go on"):
            Replica(state=tmp_path / "state")


def test_only_the_newest_calls_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is too old is an unknown call; open ones are told apart from it."""
    monkeypatch.setattr(ingress, "KEPT", 3)
    store = Store(None)
    calls = [ingress.receive(store, b"\x01", "add") for _ in range(5)]
    ingress.keep_answer(store, calls[3], b"DIDL\x00\x00")
    ingress.keep_answer(store, calls[4], Reject(4, "no"))
    with pytest.raises(KeyError):
        ingress.read_answer(store, calls[1])
    answers = [ingress.read_answer(store, call) for call in calls[2:]]
    assert answers == [None, b"DIDL\x00\x00", Reject(4, "no")]
    assert ingress.called(store, calls[4]) == (b"\x01", "add")
    store.close()


def test_a_newer_layout_and_a_folder_in_use_are_refused(tmp_path: Path) -> None:
    """Each with a sentence that says what to do."""
    store = Store(tmp_path)
    with pytest.raises(StateInUseError, match="in use"):
        Store(tmp_path)
    store.set_fact("schema_version", "99")
    store.close()
    with pytest.raises(StateTooNewError, match="use the newer version"):
        Store(tmp_path)
