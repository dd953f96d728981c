"""Askers in a world of several caches, and what a test looks at there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.batcher.moving_world import World, cache_name

if TYPE_CHECKING:
    from collections.abc import Callable

INFER = "ryjl3-tyaaa-aaaaa-aaaba-cai"
FIRST, SECOND, THIRD = (cache_name(number) for number in range(3))
PROMPTS = 40


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


def step(world: World) -> None:
    """Let one thing happen, calls first."""
    name = next((name for name, calls in world.channels.items() if calls), None)
    if name is not None:
        world.deliver(name)
    elif world.replies:
        world.hand_back(0)
    elif world.due:
        world.fire()
