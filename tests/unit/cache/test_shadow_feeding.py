"""Shadow caches in the cache: what feeds them, what they cost, and what they recommend."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from cache_core import lookups, namespace_shadows, puts
from cache_core.namespace_shadows import MOST_KNOWN, MOST_SHADOWED, TOO_FEW, NamespaceShadows
from cache_core.shelves import ShelfBounds
from refrain_core.policies.shadow_caches import SAMPLES_NEEDED, hashed_key
from tests.unit.cache.conftest import OTHER, TENANT

if TYPE_CHECKING:
    from collections.abc import Callable

    from cache_core.answer_cache import AnswerCache

NOW_NS = 1_000_000_000


def digest_of(number: int) -> str:
    """Make a digest whose last digits are a hash, as a sha256's are."""
    return hashed_key(f"{number}") * 4


def everybody(_namespace: str) -> bool:
    """See every namespace."""
    return True


class Traffic:
    """Requests as the batcher makes them: a fetch, and after a miss a put."""

    def __init__(self, cache: AnswerCache, put_request: Callable[..., dict[str, Any]]) -> None:
        """Send them to `cache`."""
        self.cache = cache
        self._put_request = put_request

    def ask(self, number: int, namespace: str = TENANT, **fields: Any) -> Any:
        """Fetch, and put what was not there."""
        digest = digest_of(number)
        found = self.fetch(number, namespace)
        if "Miss" in found:
            puts.put(self.cache, self._put_request(digest, namespace=namespace, **fields), NOW_NS)
        return found

    def fetch(self, number: int, namespace: str = TENANT, control: str = "") -> Any:
        """Fetch alone."""
        digest = digest_of(number)
        return lookups.fetch(self.cache, namespace, digest, everybody, NOW_NS, control)

    def samples(self, namespace: str = TENANT) -> int:
        """Count the sampled accesses."""
        return int(self.cache.shadows.report(namespace)["samples"])


@pytest.fixture
def traffic(cache: AnswerCache, put_request: Callable[..., dict[str, Any]]) -> Traffic:
    """Provide traffic on a cache that holds 100 answers."""
    cache.bounds = cache.bounds._replace(max_entries=100)
    return Traffic(cache, put_request)


SAMPLED = next(number for number in range(100) if digest_of(number)[-4:] < "4000")
UNSAMPLED = next(number for number in range(100) if digest_of(number)[-4:] >= "4000")


def test_a_miss_counts_with_its_put_and_a_hit_at_once(traffic: Traffic) -> None:
    """A miss that nothing is put for would have been nobody's hit; queries are not seen."""
    traffic.fetch(SAMPLED)
    assert traffic.samples() == 0
    traffic.ask(SAMPLED)
    assert traffic.samples() == 1
    traffic.fetch(SAMPLED)
    lookups.look(traffic.cache, digest_of(SAMPLED), everybody, NOW_NS)
    assert traffic.samples() == 2
    assert lookups.touch(traffic.cache, digest_of(SAMPLED), everybody)
    report = traffic.cache.shadows.report(TENANT)
    assert report["samples"] == 3
    assert {one["hit_ppm"] for one in report["would_be"]} == {666_666}


def test_what_is_put_unasked_and_what_is_not_sampled_are_no_accesses(traffic: Traffic) -> None:
    """Three keys in four of a small cache are in no sample."""
    traffic.ask(UNSAMPLED)
    traffic.fetch(UNSAMPLED)
    lookups.touch(traffic.cache, digest_of(UNSAMPLED), everybody)
    assert traffic.samples() == 0


def test_what_was_removed_or_expired_would_have_been_no_hit(traffic: Traffic) -> None:
    """An answer that no policy could have kept counts as a miss of all of them."""
    traffic.ask(SAMPLED)
    puts.remove(traffic.cache, digest_of(SAMPLED), everybody)
    traffic.ask(SAMPLED)
    assert traffic.samples() == 2
    assert {one["hit_ppm"] for one in traffic.cache.shadows.report(TENANT)["would_be"]} == {0}


def test_a_remembered_failure_is_left_out(traffic: Traffic) -> None:
    """A failure is no answer, neither as it is put nor as it is served."""
    traffic.fetch(SAMPLED)
    failure = {
        "digest": digest_of(SAMPLED),
        "namespace": TENANT,
        "refusal": {"Timeout": "x"},
        "ttl_s": 9,
    }
    assert "Stored" in puts.put_negative(traffic.cache, failure, NOW_NS)
    assert "Negative" in traffic.fetch(SAMPLED)
    assert traffic.samples() == 0


def test_a_better_policy_is_recommended_once_there_are_enough_requests(traffic: Traffic) -> None:
    """A loop a little larger than the cache is LRU's worst: it says so, but not too early."""
    traffic.cache.bounds = traffic.cache.bounds._replace(max_entries=300)
    traffic.cache.tenants.save_bounds(TENANT, ShelfBounds("lru"))
    rounds = 0
    while traffic.samples() < SAMPLES_NEEDED:
        assert traffic.cache.shadows.report(TENANT)["recommended"] == TOO_FEW
        for number in range(400):
            traffic.ask(number)
        rounds += 1
    report = traffic.cache.shadows.report(TENANT)
    assert rounds > 10
    assert report["policy"] == "lru"
    assert report["recommended"] in {"sieve", "s3fifo", "cost"}


def test_would_be_ratios_are_near_those_of_the_cache_itself(traffic: Traffic) -> None:
    """On Zipf traffic the present policy's ratio by the sample is within six points of its own."""
    traffic.cache.bounds = traffic.cache.bounds._replace(max_entries=400)
    choose = random.Random(5).choices  # noqa: S311 - test data
    weights = [1 / (rank + 1) ** 0.6 for rank in range(3_000)]
    hits = 0
    for number in choose(range(3_000), weights, k=12_000):
        hits += "Hit" in traffic.ask(number)
    ratios = traffic.cache.shadows.report(TENANT)["would_be"]
    sieve = next(one["hit_ppm"] for one in ratios if one["policy"] == "sieve")
    assert abs(sieve / 1_000_000 - hits / 12_000) < 0.06


def test_namespaces_with_few_requests_give_their_place_away(traffic: Traffic) -> None:
    """So many namespaces have shadows at most; the ones with most accesses keep theirs."""
    for _ in range(5):
        traffic.ask(SAMPLED, OTHER)
    for number in range(2 * MOST_SHADOWED):
        traffic.ask(SAMPLED, f"shared:{number}")
    assert traffic.samples(OTHER) > 0
    shown = [traffic.samples(f"shared:{number}") for number in range(2 * MOST_SHADOWED)]
    assert sum(count > 0 for count in shown) == MOST_SHADOWED - 1


def test_rates_and_awaited_puts_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither namespaces that come and go nor misses without a put fill the heap."""
    shadows = NamespaceShadows(lambda _: ("lru", 100_000, 1 << 30))
    for number in range(MOST_KNOWN + 5):
        shadows.used(f"shared:{number}", "f" * 64, 1, 1)
    assert len(shadows.below) <= MOST_KNOWN
    monkeypatch.setattr(namespace_shadows, "MOST_AWAITED", 8)
    for number in range(30):
        shadows.missed("public", f"{number:060x}0000", would_miss=False)
    assert len(shadows.awaited) <= 8


def test_other_bounds_begin_anew(traffic: Traffic) -> None:
    """Ratios of another size of cache would recommend for what is no more."""
    for namespace in (TENANT, OTHER):
        traffic.ask(SAMPLED, namespace)
        traffic.cache.index.forget(digest_of(SAMPLED))
    traffic.cache.shadows.restart(TENANT)
    assert (traffic.samples(TENANT), traffic.samples(OTHER)) == (0, 1)
    traffic.cache.shadows.restart()
    assert traffic.samples(OTHER) == 0


def test_the_report_is_told_to_those_who_see_the_namespace(main: Any, platform: Any) -> None:
    """Others learn what they would of a namespace without requests, and not even its policy."""
    assert main.policy_report(OTHER)["policy"] == "sieve"
    platform.caller_now = "2vxsx-fae"
    assert main.policy_report(OTHER)["policy"] == ""
    assert main.policy_report(OTHER)["recommended"] == TOO_FEW
    assert main.policy_report("public")["policy"] == "sieve"
