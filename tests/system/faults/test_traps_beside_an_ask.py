"""What traps beside the asks: timers, the transform of a reply, a controller's command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kybra_replica.kernel.rejects import CANISTER_ERROR, Rejected
from kybra_replica.outcalls.request import OutcallFailure
from tests.system.faults.fault_points import Message, faults
from tests.system.faults.trapped_network import LEASES_OVER_S, TrappedNetwork
from tests.system.network import MODEL, request

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMERS = sorted(
    [
        Message("batcher", "timer", ""),
        Message("cache", "timer", ""),
        Message("infer", "timer", ""),
    ]
)


@pytest.fixture
def trapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrappedNetwork]:
    """A network of its own for each test, since timers are counted."""
    network = TrappedNetwork(tmp_path_factory.mktemp("beside") / "ids.json")
    yield network
    network.close()


def open_flight_and_shard(trapped: TrappedNetwork) -> None:
    """Leave a flight and a shard behind: the callbacks of both canisters trap."""
    for number, prompt in ((5, "a lost flight"), (4, "a lost shard")):
        with faults(trapped.replica, trapped.ids, trap_at=number):
            trapped.ended_ask(prompt)
        if number == 5:
            assert trapped.leases() == (1, 0)
    assert trapped.leases() == (1, 1)


@pytest.mark.parametrize("number", range(len(TIMERS)))
def test_a_trap_in_a_timer_is_made_up_by_its_next_run(trapped: TrappedNetwork, number: int) -> None:
    """Leases end at their deadlines whatever the sweep does, and the next sweep tidies up."""
    open_flight_and_shard(trapped)
    with faults(trapped.replica, trapped.ids, trap_at=number) as points:
        trapped.replica.advance(LEASES_OVER_S)
    assert sorted(points.messages) == TIMERS
    assert trapped.ended_ask("a lost flight") == "Answered"
    assert trapped.ended_ask("a lost shard") == "Answered"
    trapped.replica.advance(LEASES_OVER_S)
    assert trapped.leases() == (0, 0)
    trapped.assert_quiet()


def test_a_trap_in_the_transform_is_a_typed_refusal(
    trapped: TrappedNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transform that traps fails the outcall only: the shard is free, the next ask works."""
    failure = OutcallFailure(CANISTER_ERROR, "IC0503: Canister trapped: by the test")
    with monkeypatch.context() as patched:
        patched.setattr(trapped.replica.desk, "transform", lambda _request, _reply: failure)
        assert trapped.ended_ask("transformed") == "Internal"
    assert trapped.leases() == (0, 0)
    trapped.assert_quiet()
    assert trapped.ended_ask("transformed") == "Answered"


@pytest.mark.parametrize("number", [0, 1])
def test_a_trap_while_the_models_are_refreshed_keeps_the_list(
    trapped: TrappedNetwork, number: int
) -> None:
    """The command is rejected, the old list stays, and the command works when repeated."""
    with (
        faults(trapped.replica, trapped.ids, trap_at=number) as points,
        pytest.raises(Rejected, match="by the test"),
    ):
        trapped.update("batcher", "refresh_models")
    kinds = ["update", "callback"]
    assert [message.kind for message in points.messages] == kinds[: number + 1]
    assert trapped.query("batcher", "models") == [MODEL]
    assert "Ok" in trapped.update("batcher", "refresh_models")


def test_a_trap_of_each_callback_at_once_ends_everything(trapped: TrappedNetwork) -> None:
    """Every callback of eight asks traps: all callers are told, and nothing stays open."""
    trapped.replica.kernel.fault = lambda _canister, kind, _method: (
        "by the test" if kind == "callback" else None
    )
    calls = [trapped.begin("ask", request(f"prompt {n}")) for n in range(8)]
    trapped.release()
    trapped.replica.kernel.fault = None
    assert [trapped.ended(call) for call in calls] == ["Rejected"] * 8
    trapped.assert_quiet()
    assert trapped.leases() == (0, 0)
    assert [trapped.ended_ask(f"prompt {n}") for n in range(8)] == ["Answered"] * 8
