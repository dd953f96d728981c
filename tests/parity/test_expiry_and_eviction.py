"""What leaves the cache: by its time, by the bounds, by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.statuses import HIT, MISS_STORED

if TYPE_CHECKING:
    from tests.parity.dapps import Dapps


def is_hit(dapps: Dapps, answered: Any) -> bool:
    """Tell, by the uncounted lookup, whether an answer is still served."""
    return "Hit" in dapps.query("cache", "lookup_digest", answered["digest"])


def test_answer_expires_by_the_clock(dapps: Dapps) -> None:
    """Before its expiry an answer is a hit with its age; past it, it is asked for anew."""
    dapps.configure("cache", default_ttl_s=100)
    dapps.answered("a", "old")
    dapps.pocket.advance(90)
    hit = dapps.answered("a")
    assert (hit["cache_status"], hit["age_s"]) == (HIT, 90)
    dapps.pocket.advance(11)
    newer = dapps.answered("a", "newer")
    assert (newer["answer"]["content"], newer["age_s"]) == ("newer", 0)


def test_sweep_frees_expired_answers_that_nobody_asks_for(dapps: Dapps) -> None:
    """Soon after its expiry an answer takes no room any more: a timer sees to it."""
    dapps.configure("cache", default_ttl_s=100)
    for prompt in "abc":
        dapps.answered(prompt, "x")
    dapps.pocket.advance(101)
    dapps.pocket.advance(60)
    counters = dapps.counters("cache")
    assert (counters["entries"], counters["bytes"], counters["freed"]) == (0, 0, 3)


def test_bound_on_entries_evicts_the_least_recently_used(dapps: Dapps) -> None:
    """A hit keeps an answer in the cache; the one that nobody asked for since goes first."""
    dapps.configure("cache", max_entries=3)
    a, b, c = (dapps.answered(prompt, "x") for prompt in "abc")
    dapps.answered("a")
    d = dapps.answered("d", "x")
    assert [is_hit(dapps, each) for each in (a, b, c, d)] == [True, False, True, True]
    counters = dapps.counters("cache")
    assert (counters["entries"], counters["evictions"]) == (3, 1)


def test_removed_answer_is_asked_for_anew(dapps: Dapps) -> None:
    """A controller takes an answer out, and the bytes are counted out with it."""
    answered = dapps.answered("a", "é🐍")
    dapps.command("cache", "remove", answered["digest"])
    counters = dapps.counters("cache")
    assert (counters["entries"], counters["bytes"]) == (0, 0)
    assert dapps.answered("a", "x")["cache_status"] == MISS_STORED
