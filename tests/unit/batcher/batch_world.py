"""The cache and the model beside a batcher that works batches off, and what its askers read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.batcher.list_replies import MISS, failed, prompts_of

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Message, Stage

SPOILED = {"BadReply": "no list"}


class World:
    """The cache and the model beside a batcher: who answers what its messages wait for."""

    def __init__(self, stage: Stage, answer: dict[str, Any]) -> None:
        """Answer from nothing, and count."""
        self.stage = stage
        self.stored: dict[str, str] = {}
        self.asked: list[list[str]] = []
        self.poison: set[str] = set()
        self._answer = answer
        self._waiting: list[Message] = []

    def run_until(self, batch: int, state: str, *, seconds: int = 60, **caller: str) -> None:
        """Let time pass until a batch is in a state, or for so long."""
        for _ in range(seconds):
            if status(self, batch, **caller)["status"] == state:
                return
            self.run(1)

    def run(self, seconds: int) -> None:
        """Let time pass, second by second, and answer everything that is waited for."""
        for _ in range(seconds):
            self._waiting += self.stage.wake(1)
            for message in self._waiting:
                while not message.done:
                    self.reply(message)
            self._waiting = []

    def reply(self, message: Message) -> None:
        """Answer one call."""
        if message.called == "CacheService.fetch_text":
            message.answer(self._looked_up(message.waiting_for.args[3]))
        elif message.called == "CacheService.keep":
            put = message.asked
            self.stored[put["digest"]] = put["answer"]["content"]
            message.answer({"Stored": {"key": "k", "evicted": 0}})
        else:
            message.answer(self._inferred(message))

    def _looked_up(self, digest: str) -> dict[str, Any]:
        if digest not in self.stored:
            return MISS
        cached = {"answer": {**self._answer, "content": self.stored[digest]}, "digest": digest}
        return {"Hit": cached | {"age_s": 7, "key": "", "namespace": "", "expires_in_s": 9}}

    def _inferred(self, message: Message) -> dict[str, Any]:
        prompts = prompts_of(message)
        self.asked.append(prompts)
        if self.poison & set(prompts):
            whole = failed(len(prompts), SPOILED)
            return whole if len(prompts) > 1 else whole["Many"]["items"][0]
        items = [
            {
                "Inferred": {
                    "answer": {**self._answer, "content": prompt.upper()},
                    "provider": "p",
                    "continues": "no",
                    "outcalls": int(place == 0),
                    "charged_cycles": 0,
                }
            }
            for place, prompt in enumerate(prompts)
        ]
        if len(items) == 1:
            return items[0]
        return {"Many": {"items": items, "outcalls": 1, "charged_cycles": 0}}


def create(world: World, lines: list[str], window_s: int = 600, **caller: str) -> Any:
    """Create a batch; return the BatchResult."""
    request = {"lines": "\n".join(lines), "window_s": window_s}
    return world.stage.ask("batch_create", request, **caller)


def status(world: World, batch: int, **caller: str) -> Any:
    """Read a batch."""
    return world.stage.ask("batch_status", batch, **caller)["Batch"]


def pages(world: World, method: str, batch: int) -> dict[str, Any]:
    """Read all pages of a list of results, by custom_id; none may come twice."""
    rows: dict[str, Any] = {}
    start: int | None = 0
    while start is not None:
        page = world.stage.ask(method, batch, start)["Page"]
        assert not rows.keys() & {row["custom_id"] for row in page["rows"]}
        rows |= {row["custom_id"]: row for row in page["rows"]}
        start = page["next"]
    return rows
