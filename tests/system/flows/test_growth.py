"""A second and a third cache join while others ask, one leaves, and messages trap on the way."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from refrain.daemon.deployment import INITIAL_CYCLES
from refrain.sources import bundle_roots, canister_entry
from tests.statuses import HIT
from tests.system.faults.fault_points import faults
from tests.system.network import OPERATOR, STRANGER, Network, program_at

if TYPE_CHECKING:
    from pathlib import Path

    from kybra_replica.outcalls.mocks import StrictMocks

PROMPTS = [f"prompt {number}" for number in range(24)]
CACHES = ("cache", "cache-2", "cache-3")
A_MOVE_IS_TRIED_AGAIN_S = 400


class Growing(Network):
    """A network whose further caches are installed, and not yet added."""

    def __init__(self, mocks: StrictMocks, known_ids: Path) -> None:
        """Install two caches that list the batcher as their writer."""
        super().__init__(mocks, known_ids)
        program = program_at(canister_entry("cache"), tuple(bundle_roots()))
        for name in CACHES[1:]:
            cache = self.replica.create_canister(controller=OPERATOR, cycles=INITIAL_CYCLES)
            self.replica.install(cache, program, sender=OPERATOR)
            self.ids[name] = cache
            assert "Ok" in self.update(name, "allow_writer", self.ids["batcher"])

    def fill(self) -> None:
        """Have every prompt answered once."""
        self.answer_model("four", times=len(PROMPTS))
        for prompt in PROMPTS:
            self.answered(prompt)

    def change(self, command: str, name: str) -> None:
        """Add or remove a cache, and let all answers move."""
        assert "Ok" in self.update("batcher", command, self.ids[name])
        self.move_on()

    def move_on(self) -> None:
        """Let time pass until nothing moves; each step is a timer's of its own."""
        for _ in range(20):
            if set(self.states()) == {"serving"}:
                return
            self.replica.advance(1)
        raise AssertionError(self.shards())

    def shards(self) -> Any:
        """Ask for the caches and the move."""
        return self.query("batcher", "shards")

    def states(self) -> list[str]:
        """List the states of the caches."""
        return [row["state"] for row in self.shards()["caches"]]

    def holders(self) -> Counter[str]:
        """Count each cache's answers; every answer is in one of them."""
        held = Counter({name: self.counters(name)["entries"] for name in CACHES})
        assert sum(held.values()) == len(PROMPTS)
        return +held

    def assert_all_hit(self) -> None:
        """Every prompt is a hit, and no model is asked."""
        outcalls = self.outcalls
        for prompt in PROMPTS:
            assert self.answered(prompt)["cache_status"] == HIT
        assert self.outcalls == outcalls


@pytest.fixture
def growing(mocks: StrictMocks, tmp_path: Path) -> Any:
    """A network with 24 answers in its one cache."""
    network = Growing(mocks, tmp_path / "ids.json")
    network.fill()
    yield network
    network.close()


def test_answers_move_to_whom_they_belong_and_are_hits_everywhere(growing: Growing) -> None:
    """From one cache to three, and from three to two; each state is told."""
    growing.configure("cache", max_entries=500)
    growing.change("add_cache", "cache-2")
    two = growing.holders()
    assert set(two) == {"cache", "cache-2"}
    growing.assert_all_hit()
    growing.change("add_cache", "cache-3")
    three = growing.holders()
    assert set(three) == set(CACHES)
    assert all(three[name] <= two[name] for name in two)
    assert growing.shards()["moved"] == three["cache-3"]
    growing.assert_all_hit()
    assert growing.query("cache-3", "settings")["max_entries"] == 500
    growing.change("remove_cache", "cache")
    assert set(growing.holders()) == {"cache-2", "cache-3"}
    assert growing.states() == ["serving", "serving"]
    growing.assert_all_hit()


def test_each_message_of_a_move_may_trap_and_nothing_is_lost(growing: Growing) -> None:
    """What broke off goes on by itself, whichever of its messages it was."""
    number = 0
    while True:
        with faults(growing.replica, growing.ids, trap_at=None) as points:
            points._trap_at = number
            growing.begin("add_cache", growing.ids["cache-2"])
            for _ in range(8):
                growing.replica.advance(1)
        if len(points.messages) <= number:
            break
        growing.replica.advance(A_MOVE_IS_TRIED_AGAIN_S)
        growing.move_on()
        if len(growing.states()) == 1:
            growing.change("add_cache", "cache-2")
        assert growing.states() == ["serving", "serving"]
        assert set(growing.holders()) == {"cache", "cache-2"}
        growing.change("remove_cache", "cache-2")
        assert set(growing.holders()) == {"cache"}
        number += 1
    assert number > len(("ask", "profile", "adopt", "fence", "page", "page in", "last page"))
    growing.assert_all_hit()


@pytest.mark.parametrize("name", ["batcher", "cache", "cache-2"])
def test_a_move_goes_on_after_an_upgrade_in_its_middle(growing: Growing, name: str) -> None:
    """Asked in the middle of it, each answer is a hit too."""
    growing.begin("add_cache", growing.ids["cache-2"])
    growing.replica.run()
    while not growing.shards()["moved"]:
        growing.replica.advance(1)
    # The first page has arrived, and its source has not let go of it.
    assert "joining" in growing.states()
    growing.assert_all_hit()
    growing.upgrade(name)
    while any(growing.counters(cache)["rebuilding"] for cache in CACHES):
        growing.replica.advance(1)
    growing.replica.advance(A_MOVE_IS_TRIED_AGAIN_S)
    growing.move_on()
    assert growing.states() == ["serving", "serving"]
    assert set(growing.holders()) == {"cache", "cache-2"}
    growing.assert_all_hit()


def test_a_cache_that_does_not_know_the_batcher_or_is_not_empty_is_refused(
    growing: Growing,
) -> None:
    """The refusal says what to do; a stranger may change nothing."""
    assert "Ok" in growing.update("cache-2", "deny_writer", growing.ids["batcher"])
    refused = growing.update("batcher", "add_cache", growing.ids["cache-2"])["Refused"]
    assert "allow_writer" in refused["BadRequest"]
    page = growing.query("cache", "export_page", "")["Exported"]
    while not page["rows"]:
        page = growing.query("cache", "export_page", page["next"])["Exported"]
    assert "imported" in growing.update("cache-3", "import_page", page["rows"])["Imported"]
    refused = growing.update("batcher", "add_cache", growing.ids["cache-3"])["Refused"]
    assert "empty" in refused["BadRequest"]
    for command in ("add_cache", "remove_cache"):
        number = growing.begin(command, growing.ids["cache"], sender=STRANGER)
        growing.release()
        assert "NotAllowed" in growing.replica.reply(number)["Refused"]
