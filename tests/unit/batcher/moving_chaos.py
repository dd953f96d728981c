"""Anything that may happen while answers move, in a random order, and what must be true of it."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

from tests.unit.batcher.moving_askers import PROMPTS, Asking
from tests.unit.batcher.moving_world import STEP_NS, Call, World


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
