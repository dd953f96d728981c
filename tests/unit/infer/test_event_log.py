"""The controllers' log: bounded, and without room for anybody's text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infer_core.event_log import FAILED, LATE, MOST_LINES, PAGE_LINES, EventLog, word_of
from refrain_core.refusals import bad_reply, provider_error


@given(count=st.integers(0, 700), step=st.integers(1, 90))
def test_a_reader_who_comes_often_enough_misses_no_line(count: int, step: int) -> None:
    """The log never holds more than its bound; numbers go on over what was forgotten."""
    log = EventLog()
    seen: list[str] = []
    at = 0
    for number in range(count):
        log.note(number, LATE, "p", "", {"tokens": number})
        assert len(log) <= MOST_LINES
        if number % step == 0:
            lines, at = log.lines_from(at)
            seen += lines
            assert len(lines) <= PAGE_LINES
    lines, at = log.lines_from(at)
    seen += lines
    assert [line.split(" ")[0] for line in seen] == [str(number) for number in range(count)]
    assert at == count
    assert log.lines_from(10**6) == ([], at)


def test_a_line_has_words_and_figures_only() -> None:
    """A refusal is named by its kind, never by its text."""
    log = EventLog()
    log.note(5, FAILED, "p", word_of(provider_error(503, "sk-secret")), {"cycles": 7, "ms": 3})
    log.note(6, FAILED, "", word_of(bad_reply("sk-secret")), {})
    assert log.lines_from(0)[0] == [
        "5 failed p ProviderError/503 cycles=7 ms=3",
        "6 failed - BadReply",
    ]


def test_nothing_but_the_logs_own_words_and_numbers_gets_in() -> None:
    """A text in a word's or a figure's place is a bug, and is not written."""
    log = EventLog()
    with pytest.raises(ValueError, match="own words"):
        log.note(1, "what is my diagnosis?", "p", "", {})
    with pytest.raises(ValueError, match="format code"):
        log.note(1, LATE, "p", "", {"tokens": "secret"})  # type: ignore[dict-item]
    assert len(log) == 0
