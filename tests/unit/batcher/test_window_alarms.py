"""The timers of windows: one at a time, and another where one trapped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.batcher.list_replies import MISS, prompts_of

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Stage


def test_those_who_come_together_wait_for_one_timer(bare_stage: Stage, request_for: Any) -> None:
    """An empty timer's message costs 16 M cycles."""
    bare_stage.connect(("lists",))
    for prompt in "abc":
        bare_stage.message("submit", request_for(prompt)).answer(MISS)
    assert len(bare_stage.alarms) == 1


def test_a_timer_that_trapped_does_not_keep_windows_shut(
    bare_stage: Stage, request_for: Any
) -> None:
    """What it did is undone, its alarm in the heap included; who comes next has it set anew."""
    bare_stage.connect(("lists",))
    bare_stage.message("submit", request_for("a")).answer(MISS)
    bare_stage.alarms.clear()
    bare_stage.now_ns += 5 * 10**9
    bare_stage.message("submit", request_for("b")).answer(MISS)
    (message,) = bare_stage.wake(0)
    assert prompts_of(message) == ["a", "b"]
