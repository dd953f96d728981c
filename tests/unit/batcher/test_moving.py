"""Caches that are added and removed, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from refrain_core.rendezvous import ShardRing, ring_key
from tests.unit.batcher.moving_askers import FIRST, INFER, PROMPTS, SECOND, THIRD, settled, step

if TYPE_CHECKING:
    from tests.unit.batcher.moving_askers import Asking
    from tests.unit.batcher.moving_world import World


def test_an_added_cache_takes_its_share_and_no_other_answer_moves(
    world: World, asking: Asking
) -> None:
    """From one cache to two and to three: each answer lies at its owner, and at no other cache."""
    digests = [asking.answered(number)["digest"] for number in range(PROMPTS)]
    names = [FIRST]
    for added in (SECOND, THIRD):
        before = {digest: ShardRing(names).owner(ring_key(digest)) for digest in digests}
        world.start("add_cache", added)
        world.run()
        names.append(added)
        assert settled(world) == dict.fromkeys(sorted(names), "serving")
        ring = ShardRing(names)
        for digest in digests:
            owner = ring.owner(ring_key(digest))
            assert owner in (before[digest], added)
            assert [name for name in world.nodes if world.nodes[name].holds(digest)] == [owner]
        took = sum(ring.owner(ring_key(digest)) == added for digest in digests)
        assert world.ask("shards")["moved"] == took > 0
        assert world.ask("shards")["lost"] == 0
    assert asking.hits() == PROMPTS
    assert world.answers == PROMPTS


def test_a_removed_cache_gives_everything_away(world: World, asking: Asking) -> None:
    """It is empty and forgotten then, and may come back as any other empty one."""
    for added in (SECOND, THIRD):
        world.start("add_cache", added)
        world.run()
    for number in range(PROMPTS):
        asking.answered(number)
    assert "Ok" in world.ask("remove_cache", SECOND)
    world.run()
    assert set(settled(world)) == {FIRST, THIRD}
    assert len(world.nodes[SECOND].cache.index) == 0
    assert asking.hits() == PROMPTS
    assert (
        "Ok" in world.start("add_cache", SECOND).answer({"Profile": "{}"}).answer({"Ok": ""}).reply
    )


def test_what_was_put_meanwhile_is_not_overwritten(world: World, asking: Asking) -> None:
    """A renewed answer stands, whether its older one was still to move or just on its way."""
    for number in range(PROMPTS):
        asking.answered(number)
    adding = world.start("add_cache", SECOND)
    while not adding.done:
        step(world)
    renewed = {number: asking.begin(number, "no-cache") for number in range(PROMPTS)}
    world.run()
    for number, message in renewed.items():
        text = message.reply["Answered"]["answer"]["content"]
        assert asking.answered(number)["answer"]["content"] == text
    assert world.answers == 2 * PROMPTS


def test_every_answer_is_a_hit_at_every_step_of_a_move(world: World, asking: Asking) -> None:
    """Whoever holds it by then: the new owner, or the former one."""
    for number in range(PROMPTS):
        asking.answered(number)
    for command in ("add_cache", "remove_cache"):
        changing = world.start(command, SECOND)
        while not changing.done:
            step(world)
        while settled(world).get(SECOND, "serving") != "serving":
            step(world)
            held = (world.channels, world.replies, world.due)
            world.channels = {name: [] for name in world.nodes}
            world.replies, world.due = [], []
            assert asking.hits() == PROMPTS
            world.channels, world.replies, world.due = held
    assert world.answers == PROMPTS


@pytest.mark.parametrize(
    ("command", "argument", "says"),
    [
        ("add_cache", FIRST, "serving already"),
        ("add_cache", "nonsense", "not a principal"),
        ("remove_cache", FIRST, "last cache"),
        ("remove_cache", THIRD, "no such cache"),
    ],
)
def test_what_cannot_be_added_or_removed_is_refused(
    world: World, command: str, argument: str, says: str
) -> None:
    """The text says why, and nothing has changed."""
    assert says in world.start(command, argument).reply["Refused"]["BadRequest"]
    assert settled(world) == {FIRST: "serving"}


def test_one_cache_moves_at_a_time(world: World, asking: Asking) -> None:
    """Another command waits, but a joining cache may be sent away again, and a leaving one back."""
    for number in range(PROMPTS):
        asking.answered(number)
    adding = world.start("add_cache", SECOND)
    while not adding.done:
        step(world)
    assert "wait" in world.start("add_cache", THIRD).reply["Refused"]["BadRequest"]
    for command, state in (
        ("remove_cache", "leaving"),
        ("add_cache", "joining"),
        ("remove_cache", "leaving"),
    ):
        for _ in range(6):
            step(world)
        assert "Ok" in world.start(command, SECOND).reply
        assert settled(world)[SECOND] == state
        refused = world.start(command, SECOND).reply["Refused"]["BadRequest"]
        assert f"{state} already" in refused
    world.run()
    assert settled(world) == {FIRST: "serving"}
    assert asking.hits() == PROMPTS


def test_a_cache_that_cannot_join_is_refused(world: World) -> None:
    """One that holds answers, that does not know the batcher, or does not answer."""
    for reply, says in (
        ({"Refused": {"BadRequest": "empty"}}, "empty"),
        ({"Refused": {"NotAllowed": "x"}}, "allow_writer"),
        (None, "running"),
    ):
        message = world.message("add_cache", SECOND).answer({"Profile": "{}"})
        refused = message.answer(reply, None if reply else "stopped").reply["Refused"]
        assert says in str(refused)
    failed = world.message("add_cache", SECOND).answer(err="stopped").reply
    assert "Unreachable" in failed["Refused"]
    assert settled(world) == {FIRST: "serving"}


def test_the_one_cache_form_of_connect_stays(world: World) -> None:
    """It replaces the only cache; of several it names any one, and none besides."""
    assert "Ok" in world.ask("connect", SECOND, INFER)
    assert settled(world) == {SECOND: "serving"}
    world.start("add_cache", THIRD)
    world.run()
    assert "Ok" in world.ask("connect", THIRD, INFER)
    assert "several" in world.ask("connect", FIRST, INFER)["Refused"]["BadRequest"]
    assert set(settled(world)) == {SECOND, THIRD}
