"""Caches that are added and removed while others ask, remove, upgrade and trap."""

from __future__ import annotations

import builtins
import random
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from refrain_core.rendezvous import ShardRing, ring_key
from tests.unit import fresh_canister
from tests.unit.batcher.batcher_stage import MODEL
from tests.unit.batcher.moving_world import STEP_NS, Call, World, cache_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INFER = "ryjl3-tyaaa-aaaaa-aaaba-cai"
FIRST, SECOND, THIRD = (cache_name(number) for number in range(3))
PROMPTS = 40


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Provide three caches, of which the batcher knows one."""
    made = World(3)
    # Pages of a few answers, so that a move is many steps.
    monkeypatch.setattr("cache_core.moving.MOST_RECORDS", 3)
    monkeypatch.setattr("cache_core.moving.LOOKED_AT_PER_STEP", 7)
    monkeypatch.setattr(builtins, "_kybra_ic", made, raising=False)
    made.install()
    made.ask("connect", FIRST, INFER)
    made.message("refresh_models").answer([MODEL]).answer([{"model": MODEL, "features": []}])
    yield made
    made.timers.clear()
    fresh_canister.forget("batcher")


@pytest.fixture
def asking(world: World, request_for: Callable[..., dict[str, Any]]) -> Asking:
    """Provide askers."""
    return Asking(world, request_for)


class Asking:
    """Asks through the batcher, by a prompt's number."""

    def __init__(self, world: World, request_for: Callable[..., dict[str, Any]]) -> None:
        """Ask in this world."""
        self.world = world
        self._request_for = request_for

    def begin(self, number: int, control: str | None = None) -> Any:
        """Begin an ask."""
        request = self._request_for(f"prompt {number}", cache_control=control)
        return self.world.start("ask", request)

    def answered(self, number: int, control: str | None = None) -> dict[str, Any]:
        """Ask and let everything happen."""
        message = self.begin(number, control)
        self.world.run()
        answered: dict[str, Any] = message.reply["Answered"]
        return answered

    def hits(self) -> int:
        """Count the prompts that are hits, asked of stored answers alone."""
        replies = [self.begin(number, "only-if-cached") for number in range(PROMPTS)]
        self.world.run()
        return sum("Answered" in message.reply for message in replies)


def settled(world: World) -> dict[str, str]:
    """Return the caches and their states."""
    return {row["cache"]: row["state"] for row in world.ask("shards")["caches"]}


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


def step(world: World) -> None:
    """Let one thing happen, calls first."""
    name = next((name for name, calls in world.channels.items() if calls), None)
    if name is not None:
        world.deliver(name)
    elif world.replies:
        world.hand_back(0)
    elif world.due:
        world.fire()


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


class Asked(NamedTuple):
    """An ask and when it began; its end is None until its reply is there."""

    prompt: int
    message: Any
    began: int


class Removing:
    """A client that removes an answer: at every cache in their order, again if they changed."""

    def __init__(self, world: World, prompt: int, digest: str) -> None:
        """Tell the first cache."""
        self.prompt, self._world, self._digest = prompt, world, digest
        self.began, self.ended = world.now_ns, 0
        self._read()

    def told(self, _reply: Any) -> None:
        """Tell the next one, or look whether there are others by now."""
        if self._left:
            self._tell()
        elif self._world.ask("shards")["move"] != self._move or self._names() != self._told:
            self._read()
        else:
            self.ended = self._world.now_ns

    def _names(self) -> list[str]:
        return [row["cache"] for row in self._world.ask("shards")["caches"]]

    def _read(self) -> None:
        self._move = self._world.ask("shards")["move"]
        self._told = self._names()
        self._left = list(self._told)
        self._tell()

    def _tell(self) -> None:
        name = self._left.pop(0)
        self._world.channels[name].append(Call(self, name, "remove", [self._digest]))


class Chaos:
    """Anything may happen next; what is served is held against what was stored and removed."""

    def __init__(self, asking: Asking, seed: int) -> None:
        """Begin with a random order of events."""
        self.asking, self.world = asking, asking.world
        self.random = random.Random(seed)  # noqa: S311 - test data
        self.open: list[Asked] = []
        self.stored: dict[str, Asked] = {}
        self.ends: dict[str, int] = {}
        self.removals: list[Removing] = []
        self.digests: dict[int, str] = {}
        self.served = 0

    def happen(self) -> None:
        """Let one thing happen."""
        world, choose = self.world, self.random.random()
        world.now_ns += STEP_NS
        busy = [name for name, calls in world.channels.items() if calls]
        if choose < 0.4 and busy:
            world.deliver(self.random.choice(busy))
        elif choose < 0.75 and world.replies:
            world.hand_back(self.random.randrange(len(world.replies)))
        elif choose < 0.87 and world.due:
            world.fire()
        elif choose < 0.94:
            self._ask()
        elif choose < 0.955:
            self._remove()
        elif choose < 0.965 and world.replies:
            world.lose(self.random.randrange(len(world.replies)))
        elif choose < 0.975:
            self.random.choice(list(world.nodes.values())).upgrade()
        elif choose < 0.98:
            world.upgrade_batcher()
            self.open = []
        elif choose < 0.99:
            command = self.random.choice(["add_cache", "remove_cache"])
            world.start(command, self.random.choice(list(world.nodes)))
        else:
            world.tick(self.random.choice([1, 130, 400]))
        self._read()

    def kept(self) -> list[int]:
        """List the prompts whose answer was stored and never removed."""
        self._read()
        removed = {removal.prompt for removal in self.removals}
        return sorted({asked.prompt for asked in self.stored.values()} - removed)

    def _ask(self) -> None:
        number = self.random.randrange(PROMPTS)
        control = self.random.choice([None, None, None, "no-cache"])
        began = self.world.now_ns
        self.open.append(Asked(number, self.asking.begin(number, control), began))

    def _remove(self) -> None:
        number = self.random.randrange(PROMPTS // 2)
        if number in self.digests:
            self.removals.append(Removing(self.world, number, self.digests[number]))

    def _read(self) -> None:
        """Judge the replies that came."""
        for asked in [one for one in self.open if one.message.done]:
            self.open.remove(asked)
            answered = (asked.message.reply or {}).get("Answered")
            if answered is None:
                continue
            text = answered["answer"]["content"]
            self.digests[asked.prompt] = answered["digest"]
            if answered["cache_status"].startswith("hit"):
                self.served += 1
                self._judge(asked, text)
            elif "stored" in answered["cache_status"]:
                self.stored[text] = asked
                self.ends[text] = self.world.now_ns

    def _judge(self, reader: Asked, text: str) -> None:
        """Refuse an answer that had been replaced or removed before the reader asked."""
        origin = self.stored.get(text)
        if origin is None:
            return
        assert origin.prompt == reader.prompt
        ended = self.ends[text]
        for other, asked in self.stored.items():
            is_later = asked.prompt == reader.prompt and asked.began > ended
            assert not (is_later and self.ends[other] < reader.began), (text, other)
        for removal in self.removals:
            is_later = removal.prompt == reader.prompt and removal.began > ended
            assert not (is_later and 0 < removal.ended < reader.began), text


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
