"""Sizes, spans and progress, as a person reads them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from refrain.cli.screen import age, patience, sized

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1_000, "1.0 kB"),
        (64_000_000, "64.0 MB"),
        (8_000_000_000, "8.0 GB"),
        (2_500_000_000_000, "2,500.0 GB"),
    ],
)
def test_sizes_have_one_digit_and_their_largest_unit(size_bytes: int, text: str) -> None:
    """Decimal units, as the cache's bounds are set in."""
    assert sized(size_bytes) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 s"),
        (0.4, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_600, "1 h"),
        (86_400, "1 d"),
        (604_797, "7 d"),
    ],
)
def test_spans_are_rounded_to_their_largest_unit(seconds: float, text: str) -> None:
    """A clock that went back is no age at all."""
    assert age(seconds) == text


@pytest.mark.parametrize("text", ["3 read", lambda: "3 read"])
def test_what_takes_longer_says_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, text: str | Callable[[], str]
) -> None:
    """A text that stays, or one that is asked for each time."""
    said: list[str] = []
    told = threading.Event()

    def say(line: str) -> None:
        said.append(line)
        told.set()

    monkeypatch.setattr("refrain.cli.screen.say", say)
    with patience(text, pause_s=0.01):
        assert told.wait(10)
    assert said[0] == "3 read (0 s)"
