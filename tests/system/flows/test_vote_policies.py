"""Policies of votes that are refused before anything is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.system.electorate import PROMPT, policy

if TYPE_CHECKING:
    from tests.system.network import Network


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"votes": 1, "quorum": 1}, "votes is 1"),
        ({"quorum": 6}, "quorum is 6"),
        ({"strategy": "vibes"}, "unknown strategy"),
        ({"tie_rule": "coin"}, "tie_rule"),
        ({"spread": "nodes"}, "spread"),
        ({"among": ["a"]}, "leave it empty"),
        ({"spread": "providers"}, "among lists 1 to 5 providers"),
        ({"spread": "models", "among": ["other@r1:q8"]}, "model is one of those in among"),
        ({"stop_permille": 500}, "stop_permille"),
        ({"weights": "mine"}, "weights"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(
    shared: Network, fields: dict[str, Any], text: str
) -> None:
    """Nothing is asked, and the text says what to choose instead."""
    refusal = shared.ask(PROMPT, consensus=policy(**fields))["Refused"]
    assert text in refusal["BadRequest"]


def test_temperature_0_has_one_sample(shared: Network) -> None:
    """The same answer five times is no agreement: a vote over seeds is refused there."""
    refusal = shared.ask(PROMPT, temperature_micros=0, consensus=policy())["Refused"]
    assert "temperature 0 has one sample" in refusal["BadRequest"]
