"""Moves under random asks, removals, upgrades and traps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from refrain_core.rendezvous import ShardRing, ring_key
from tests.unit.batcher.moving_askers import settled
from tests.unit.batcher.moving_chaos import Chaos

if TYPE_CHECKING:
    from tests.unit.batcher.moving_askers import Asking


@pytest.mark.parametrize("seed", range(25))
def test_no_answer_is_wrong_or_lost_whatever_happens(asking: Asking, seed: int) -> None:
    """Under random asks, removals, moves, upgrades and traps; each answer ends at its owner."""
    chaos = Chaos(asking, seed)
    for _ in range(1_500):
        chaos.happen()
    world = asking.world
    for _ in range(3):
        world.run()
        world.tick(400)
    states = settled(world)
    assert set(states.values()) == {"serving"}
    ring = ShardRing(sorted(states))
    kept = chaos.kept()
    for number in kept:
        digest = chaos.digests[number]
        holders = [name for name, node in world.nodes.items() if node.holds(digest)]
        assert holders == [ring.owner(ring_key(digest))], number
        assert asking.answered(number, "only-if-cached")
    assert chaos.served > 50
    assert len(kept) > 10
    assert world.ask("shards")["lost"] == 0
