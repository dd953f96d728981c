"""Time stands still until it is set, and moves by a nanosecond from round to round."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.parity.pocket import NS_PER_S

if TYPE_CHECKING:
    from tests.parity.dapps import Dapps
    from tests.parity.pocket import Pocket

START_NS = 1_620_328_630_000_000_000


def test_fresh_instance_is_in_may_2021(pocket: Pocket) -> None:
    """The start is the same for every instance, but for a few rounds of its own."""
    assert 0 <= pocket.now_ns() - START_NS < NS_PER_S


def test_rounds_are_a_nanosecond_apart(pocket: Pocket) -> None:
    """Two rounds never share a moment; a round after a jump runs at the very time that was set."""
    pocket.pic.tick()
    before = pocket.now_ns()
    pocket.pic.tick()
    pocket.pic.tick()
    assert pocket.now_ns() == before + 2
    pocket.pic.advance_time(5 * NS_PER_S)
    set_ns = before + 2 + 5 * NS_PER_S
    assert pocket.now_ns() == set_ns
    pocket.pic.tick()
    assert pocket.now_ns() == set_ns
    pocket.pic.tick()
    assert pocket.now_ns() == set_ns + 1


def test_time_does_not_go_back(pocket: Pocket) -> None:
    """An earlier time is refused, the present one changes nothing."""
    now_ns = pocket.now_ns()
    text = re.escape(f"SettingTimeIntoPast(({now_ns}, {now_ns - 1}))")
    with pytest.raises(ConnectionError, match=text):
        pocket.pic.set_time(now_ns - 1)
    pocket.pic.set_time(now_ns)
    assert pocket.now_ns() == now_ns


def test_canister_sees_the_time_of_the_latest_round(dapps: Dapps) -> None:
    """A query after a jump still sees the old time, until a round has run."""
    dapps.configure("cache", default_ttl_s=100)
    digest = dapps.answered("a", "x")["digest"]
    dapps.pocket.pic.advance_time(200 * NS_PER_S)
    assert "Hit" in dapps.query("cache", "lookup_digest", digest)
    dapps.pocket.pic.tick()
    assert "Miss" in dapps.query("cache", "lookup_digest", digest)


def test_answer_is_awaited_in_one_request(dapps: Dapps) -> None:
    """The server runs the rounds itself, and gives up after a hundred where nobody mocks."""
    dapps.answered("a", "x")
    message = dapps.begin_ask("a")
    assert dapps.pocket.awaited(message).startswith(b"DIDL")
    unanswered = dapps.begin_ask("b")
    before = dapps.pocket.now_ns()
    with pytest.raises(ConnectionError, match="after 100 rounds"):
        dapps.pocket.awaited(unanswered)
    assert dapps.pocket.now_ns() == before + 100
