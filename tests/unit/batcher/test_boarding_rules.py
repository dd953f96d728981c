"""What an asker does next, as one table, against the rules spelt out one by one."""

from __future__ import annotations

from itertools import product

import pytest

from batcher_core.boarding_rules import GIVE_UP, JOIN, LOOK_UP, OPEN, WAIT, next_step
from batcher_core.failure_classes import http_status_of, is_error, is_lasting, is_remembered
from batcher_core.flight_machine import DISPATCHED, LOOKING_UP
from batcher_core.flights import Flight
from refrain_core.cache_control import NO_DIRECTIVES, Directives

SEARCHING = Flight("d" * 64, 7, 1_000, LOOKING_UP, 5_000, awaited=False)
ASKING = SEARCHING._replace(state=DISPATCHED)
REFRESHING = ASKING._replace(is_refreshing=True)
FLIGHTS = (None, SEARCHING, ASKING, REFRESHING)

FAULT = {"ProviderError": {"status": 503, "detail": "overloaded"}}


def all_directives() -> list[Directives]:
    """Give every combination that the decision may depend on."""
    return [
        Directives(
            max_age_s=max_age_s,
            stale_while_revalidate_s=revalidate_s,
            stale_if_error_s=error_s,
            no_cache=no_cache,
            only_if_cached=only_if_cached,
            least_trust=least_trust,
        )
        for max_age_s, revalidate_s, error_s, no_cache, only_if_cached, least_trust in product(
            (None, 0), (None, 0), (None, 0), (False, True), (False, True), (None, "onchain")
        )
        if not (no_cache and only_if_cached)
    ]


def steps(directives: Directives) -> list[str]:
    """Say what is done before the lookup, by flight."""
    return [next_step(flight, directives, looked_up=False) for flight in FLIGHTS]


@pytest.mark.parametrize(
    ("directives", "before"),
    [
        (NO_DIRECTIVES, [LOOK_UP, JOIN, JOIN, LOOK_UP]),
        (Directives(no_cache=True), [OPEN, WAIT, JOIN, JOIN]),
        (Directives(no_cache=True, stale_if_error_s=0), [LOOK_UP] * 4),
        (Directives(only_if_cached=True), [LOOK_UP] * 4),
        (Directives(max_age_s=0), [LOOK_UP, LOOK_UP, JOIN, LOOK_UP]),
        (Directives(least_trust="onchain"), [LOOK_UP, LOOK_UP, JOIN, LOOK_UP]),
        (Directives(stale_while_revalidate_s=0), [LOOK_UP] * 4),
        (Directives(stale_if_error_s=0), [LOOK_UP] * 4),
        (Directives(ttl_s=0, no_store=True, tags=("a",)), [LOOK_UP, JOIN, JOIN, LOOK_UP]),
    ],
)
def test_the_first_step_follows_the_rules(directives: Directives, before: list[str]) -> None:
    """By the flight: none, looking up, asking a model, asking it while something is stored."""
    assert steps(directives) == before


def test_after_its_lookup_an_asker_opens_joins_waits_or_gives_up() -> None:
    """Nobody looks up twice, and a lookup under way serves only who takes what its opener does."""
    for directives in all_directives():
        strict = directives.no_cache or directives.max_age_s == 0 or directives.least_trust
        expected = [OPEN, WAIT if strict else JOIN, JOIN, JOIN]
        if directives.only_if_cached:
            expected = [GIVE_UP] * 4
        after = [next_step(flight, directives, looked_up=True) for flight in FLIGHTS]
        assert after == expected, directives


def test_no_model_is_asked_for_who_takes_only_what_is_stored() -> None:
    """Whatever else it says, it neither opens nor joins a flight."""
    for directives, flight, looked_up in product(all_directives(), FLIGHTS, (False, True)):
        step = next_step(flight, directives, looked_up=looked_up)
        if directives.only_if_cached:
            assert step in (LOOK_UP, GIVE_UP)
        if flight is None:
            assert step in (LOOK_UP, OPEN, GIVE_UP)


@pytest.mark.parametrize(
    ("refusal", "error", "lasting", "status"),
    [
        (FAULT, True, True, 503),
        ({"ProviderError": {"status": 401, "detail": "key"}}, True, True, 401),
        ({"ProviderError": {"status": 302, "detail": "moved"}}, True, False, 302),
        ({"ResponseTooLarge": {"unit": "bytes", "size": 2, "limit": 1}}, True, True, 502),
        ({"NoConsensus": "1 of 3"}, True, True, 502),
        ({"Timeout": "slow"}, True, False, 504),
        ({"Unreachable": "down"}, True, False, 502),
        ({"BadReply": "html"}, True, False, 502),
        ({"RateLimited": {"retry_after_s": 3}}, True, False, 503),
        ({"Busy": {"retry_after_s": 3}}, True, False, 503),
        ({"OutOfCycles": {"expected": 2, "received": 1}}, True, False, 503),
        ({"LeaseLost": "late"}, True, False, 503),
        ({"Internal": "KeyError"}, True, False, 503),
        ({"TooLarge": {"unit": "characters", "size": 2, "limit": 1}}, False, False, 503),
        ({"BadRequest": "empty"}, False, False, 503),
        ({"TooFewCycles": {"expected": 2, "received": 1}}, False, False, 503),
    ],
)
def test_failures_have_their_classes(
    refusal: dict[str, object], *, error: bool, lasting: bool, status: int
) -> None:
    """What a stale answer may stand in for, what is remembered, and its HTTP status."""
    assert (is_error(refusal), is_lasting(refusal)) == (error, lasting)
    assert http_status_of(refusal) == status


def test_a_failure_is_remembered_where_it_displaces_nothing() -> None:
    """Not beside a stored answer, not against no-store, not where the owner turned it off."""
    assert is_remembered(FAULT, NO_DIRECTIVES, 30, has_stored=False)
    assert not is_remembered(FAULT, NO_DIRECTIVES, 30, has_stored=True)
    assert not is_remembered(FAULT, NO_DIRECTIVES, 0, has_stored=False)
    assert not is_remembered(FAULT, Directives(no_store=True), 30, has_stored=False)
    assert not is_remembered({"Timeout": "slow"}, NO_DIRECTIVES, 30, has_stored=False)
