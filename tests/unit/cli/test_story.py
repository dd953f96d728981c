"""The demo holds what it prints to its claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from refrain.demo.story import ClaimFailed, Story
from tests.unit.cli.test_ask import ANSWERED

if TYPE_CHECKING:
    from tests.unit.cli.conftest import Running


def test_a_first_ask_that_is_a_hit_ends_the_story(running: Running) -> None:
    """What the demo shows must have happened just now."""
    running.replica.methods["ask"] = lambda _: {"Answered": {**ANSWERED, "cache_status": "hit"}}
    shown: list[str] = []
    with pytest.raises(ClaimFailed, match="the first ask is a miss"):
        Story(running.folder, shown.append, shown.append).tell()
    assert "   An answer." in shown


def test_a_miss_without_an_outcall_ends_the_story(running: Running) -> None:
    """The replica's own count decides, not what the canister says of itself."""
    running.replica.methods["ask"] = lambda _: {"Answered": ANSWERED}
    shown: list[str] = []
    with pytest.raises(ClaimFailed, match="one outcall"):
        Story(running.folder, shown.append, shown.append).tell()
    assert any("non-replicated" in line for line in shown)
