"""What a lookup means to an asker: the next step, stale answers, failures, trust."""

from itertools import product
from typing import Any

from batcher_core import boarding_rules, call_reading, failure_classes, outcomes, serving
from batcher_core.flights import Flight
from batcher_core.front_desk import FrontDesk
from batcher_core.text_store import Stores
from refrain_core import fetched_texts
from refrain_core.cache_control import NO_DIRECTIVES, Directives
from tests.rustpython.inputs import OTHER, START_NS, TENANT, answer
from tests.rustpython.recording import Recording
from tests.rustpython.stand_ins import DictMap

DIGEST = "0123456789abcdef" * 4
ARMS = ("Hit", "Stale", "StaleIfError")
FAILURES: "list[dict[str, Any]]" = [
    {"ProviderError": {"status": 503, "detail": "x"}},
    {"ProviderError": {"status": 302, "detail": "x"}},
    {"Timeout": "slow"},
    {"NoConsensus": "1 of 3"},
    {"BadRequest": "empty"},
    {"NotCached": "none"},
]
ASKED = [
    NO_DIRECTIVES,
    Directives(no_cache=True, stale_if_error_s=5),
    Directives(max_age_s=5),
    Directives(least_trust="quorum 2/3"),
    Directives(stale_while_revalidate_s=5),
    Directives(only_if_cached=True),
    Directives(no_store=True, ttl_s=0),
]


def add(book: Recording) -> None:
    """Record all chapters."""
    steps(book)
    failures(book)
    served(book)
    tickets_of_their_own(book)


def steps(book: Recording) -> None:
    """Every flight against every kind of request."""
    book.chapter("batcher: boarding rules")
    flights: list[Any] = [None]
    for state, is_refreshing in product(("looking_up", "dispatched"), (False, True)):
        flights.append(Flight(DIGEST, 7, 9, state, 99, awaited=False, is_refreshing=is_refreshing))
    for flight, directives, looked_up in product(flights, ASKED, (False, True)):
        book.call(boarding_rules.next_step, flight, directives, looked_up=looked_up)
        book.call(boarding_rules.is_restricted, directives)


def failures(book: Recording) -> None:
    """Every class of failure."""
    book.chapter("batcher: failure classes")
    for refusal in FAILURES:
        book.call(failure_classes.is_error, refusal)
        book.call(failure_classes.is_lasting, refusal)
        book.call(failure_classes.http_status_of, refusal)
        for directives, ttl_s, has_stored in product(ASKED, (0, 30), (False, True)):
            book.call(
                failure_classes.is_remembered, refusal, directives, ttl_s, has_stored=has_stored
            )


def served(book: Recording) -> None:
    """Lookups read, overtaken, and answers that stand in."""
    book.chapter("batcher: serving")
    hit = {"answer": answer(), "digest": DIGEST, "key": "00ff", "age_s": 5, "expires_in_s": -9}
    replies: list[Any] = [{arm: hit} for arm in ARMS]
    replies.extend([{"Negative": {"refusal": FAILURES[0]}}, {"Miss": "max-age"}, {"Miss": "é"}])
    settled: list[Any] = [None, *[outcomes.refused_outcome(one) for one in FAILURES]]
    new = answer("new")
    settled.extend([outcomes.answered_outcome(DIGEST, new, one) for one in ("hit", "fwd=miss")])
    for reply, directives in product(replies, ASKED):
        told = book.call(fetched_texts.fetched_text, reply)
        book.call(fetched_texts.read_fetched, told)
        found = book.call(call_reading.read_lookup, told, DIGEST, directives)
        book.call(serving.Found.ends_it, found)
        book.call(serving.Found.has_stored, found)
        book.call(serving.Found.status, found, stored=True, ttl_s=3, key="00ff")
        book.call(serving.spare_as_hit, found)
        for outcome in settled:
            book.call(serving.overtaken, found, outcome, directives)
            if outcome is not None:
                book.call(serving.rescued, outcome, found)
                book.call(serving.as_taken, outcome, directives.least_trust)
                book.call(outcomes.Outcome.is_new, outcome)
        if found.outcome is not None and found.outcome.answered is not None:
            book.call(serving.stood_in, found.outcome, "stale", 503)
    book.call(serving.forwarded, "expired")


def tickets_of_their_own(book: Recording) -> None:
    """Tickets with an outcome or a spare answer of their own."""
    book.chapter("batcher: tickets of their own")
    stores = Stores(*[book.call(DictMap) for _ in range(5)])
    desk: Any = book.call(FrontDesk, stores)
    book.call(FrontDesk.load, desk)
    flight = Flight(DIGEST, 1, START_NS + 9, "dispatched", START_NS + 99, awaited=False)
    stale = outcomes.answered_outcome(DIGEST, answer("old"), "hit; ttl=-5")
    for asker in (TENANT, OTHER):
        ticket = book.call(FrontDesk.give_ticket, desk, flight, asker, "joined", 3, "onchain")
        number = ticket["ticket"]
        for settle in (FrontDesk.lay_by, FrontDesk.settle_ticket):
            book.call(settle, desk, number, OTHER, stale)
            book.call(FrontDesk.ticket_state, desk, number, asker, START_NS)
