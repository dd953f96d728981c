"""The cache's heap index after an upgrade: rebuilt bank by bank while the cache serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from refrain.daemon.deployment import PROVIDER
from refrain_core.request_parts import parts_text
from tests.statuses import HIT
from tests.system.network import request

if TYPE_CHECKING:
    from tests.system.network import Network

BANKS = 32
PROMPTS = [f"prompt {number}" for number in range(12)]


@pytest.fixture
def stored(network: Network) -> list[Any]:
    """Twelve answers of different ages, in a cache that was upgraded and not yet rebuilt."""
    network.answer_model("x" * 5_000, times=len(PROMPTS))
    answers = [network.answered(prompt) for prompt in PROMPTS]
    network.replica.stop(network.ids["cache"])
    network.install("cache", "upgrade")
    network.replica.start(network.ids["cache"])
    return answers


def rebuild(network: Network) -> None:
    """Run the rebuild to its end."""
    for _ in range(BANKS + 1):
        network.replica.run()
    assert network.counters("cache")["rebuilding"] == 0


@pytest.mark.usefixtures("stored")
def test_rebuild_takes_one_bounded_step_a_bank(network: Network) -> None:
    """Each step is a message of its own and loads one bank; entries and bytes only grow."""
    left, entries = [], []
    for _ in range(BANKS + 1):
        counters = network.counters("cache")
        left.append(counters["rebuilding"])
        entries.append(counters["entries"])
        network.replica.run()
    assert left == list(range(BANKS, -1, -1))
    assert entries == sorted(entries)
    assert (entries[0], entries[-1]) == (0, len(PROMPTS))


def test_lookups_hit_throughout_the_rebuild(network: Network, stored: list[Any]) -> None:
    """At no step of the rebuild is a stored answer missing or another."""
    for _ in range(BANKS + 1):
        for answered in stored[::4]:
            looked_up = network.query("cache", "lookup_digest", answered["digest"])
            assert looked_up["Hit"]["answer"] == answered["answer"]
        network.replica.run()


@pytest.mark.usefixtures("stored")
def test_asks_hit_during_the_rebuild_and_count_once(network: Network) -> None:
    """A fetch before its bank is loaded is a hit, and the entry is not indexed twice."""
    for prompt in PROMPTS:
        assert network.answered(prompt)["cache_status"] == HIT
    rebuild(network)
    assert network.counters("cache")["entries"] == len(PROMPTS)


@pytest.mark.usefixtures("stored")
def test_bytes_are_the_same_after_the_rebuild(network: Network) -> None:
    """The rebuilt index counts what the old one counted: texts, headers and requests' parts."""
    rebuild(network)
    each = 5_000 + 523 + len(PROVIDER) + len(parts_text(request("any")))
    assert network.counters("cache")["bytes"] == len(PROMPTS) * each


def test_put_and_remove_during_the_rebuild_are_counted_once(
    network: Network, stored: list[Any]
) -> None:
    """What changes meanwhile is neither forgotten nor found again by the rebuild."""
    network.update("cache", "remove", stored[0]["digest"])
    network.answer_model("new")
    network.answered("another")
    rebuild(network)
    assert network.counters("cache")["entries"] == len(PROMPTS)
    assert "Miss" in network.query("cache", "lookup_digest", stored[0]["digest"])


def test_eviction_after_the_rebuild_takes_the_oldest_put(
    network: Network, stored: list[Any]
) -> None:
    """Recency does not survive an upgrade, the order of storing does."""
    rebuild(network)
    network.configure("cache", max_entries=2)
    network.replica.run()
    kept = [
        "Hit" in network.query("cache", "lookup_digest", answered["digest"]) for answered in stored
    ]
    assert kept == [False] * 10 + [True] * 2


def test_bounds_lowered_during_the_rebuild_hold_after_it(
    network: Network, stored: list[Any]
) -> None:
    """A rebuild that finds more than the bounds allow ends by evicting the rest."""
    network.configure("cache", max_entries=3)
    for _ in range(BANKS + 3):
        network.replica.run()
    assert network.counters("cache")["entries"] == 3
    newest = stored[-1]["digest"]
    assert "Hit" in network.query("cache", "lookup_digest", newest)


@pytest.mark.usefixtures("stored")
def test_upgrade_during_the_rebuild_starts_it_again(network: Network) -> None:
    """An index half rebuilt is no harm: the next upgrade begins anew and loses nothing."""
    for _ in range(BANKS // 2):
        network.replica.run()
    network.upgrade("cache")
    assert network.counters("cache")["rebuilding"] >= BANKS - 1
    rebuild(network)
    assert network.counters("cache")["entries"] == len(PROMPTS)
