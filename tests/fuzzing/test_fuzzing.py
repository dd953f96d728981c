"""No parser crashes on what strangers may send; the counts of the long campaign are committed."""

from __future__ import annotations

import json

import pytest

from tests.fuzzing.campaign import COUNT, RESULT_FILE, fed
from tests.fuzzing.mutations import inputs
from tests.fuzzing.parsers import Parser, parsers

SHORT = 250


@pytest.mark.parametrize("parser", parsers(), ids=lambda parser: parser.name)
def test_a_damaged_input_is_read_or_refused(parser: Parser) -> None:
    """A short run of the campaign; its valid inputs are read."""
    for seed in parser.seeds:
        parser.parse(seed)
    tally = fed(parser, SHORT)
    assert tally.refused > 0


def test_every_parser_has_a_long_run_committed() -> None:
    """The parsers of today, each with the campaign's count."""
    kept = json.loads(RESULT_FILE.read_text())["parsers"]
    assert sorted(kept) == sorted(parser.name for parser in parsers())
    assert all(tally["inputs"] >= COUNT for tally in kept.values())


def test_inputs_are_the_same_each_time() -> None:
    """By their seed."""
    assert list(inputs((b"abc",), 50, 1)) == list(inputs((b"abc",), 50, 1))
    assert list(inputs((b"abc",), 50, 1)) != list(inputs((b"abc",), 50, 2))
