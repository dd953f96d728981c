"""What the batcher keeps as text: outcomes, tickets, results, numbers, counts, settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batcher_core.batcher_bounds import (
    Settings,
    pack_settings,
    refuse_settings,
    settings_from,
    unpack_settings,
)
from batcher_core.call_reading import outcalls_of, read_lookup
from batcher_core.numbering import BLOCK, Numbering
from batcher_core.outcomes import (
    answered_outcome,
    as_variant,
    charged,
    may_be_stored,
    pack_outcome,
    refused_outcome,
    unpack_outcome,
    with_status,
)
from batcher_core.results import MAX_PIECES, PIECE_BYTES, ResultShelf
from batcher_core.serving import NOTHING, Found
from batcher_core.tallies import NAMES, Tallies
from batcher_core.tickets import JOINED, Ticket, TicketBook, pack_ticket, unpack_ticket
from refrain_core.cache_control import NO_DIRECTIVES
from refrain_core.fetched_texts import fetched_text
from refrain_core.limits import MAX_NEGATIVE_TTL_S

if TYPE_CHECKING:
    from tests.unit.batcher.dict_store import DictStore

TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
NUMBER = st.integers(0, 2**32)
ANSWERS = st.fixed_dictionaries(
    {
        "content": TEXT,
        "finish": TEXT,
        "model": TEXT,
        "trust": TEXT,
        "prompt_tokens": NUMBER,
        "completion_tokens": NUMBER,
        "dropped_messages": NUMBER,
        "dropped_characters": NUMBER,
        "created_at_ns": NUMBER,
    }
)
MISS = "fwd=miss"
MISS_STORED = 'fwd=miss; stored; key="00ff"'
TICKET = Ticket("bob", "d", 7, 50, 90, 3, JOINED)


@given(ANSWERS, NUMBER, NUMBER, NUMBER)
def test_an_outcome_survives_its_text(
    answer: dict[str, Any], age_s: int, outcalls: int, cycles: int
) -> None:
    """Any characters, bars and percent signs included, come back as they were."""
    outcome = answered_outcome("d", answer, MISS, age_s=age_s, outcalls=outcalls)
    outcome = charged(outcome, cycles)
    assert unpack_outcome(pack_outcome(outcome), "d") == outcome


def test_a_refusal_with_control_characters_survives_its_text() -> None:
    """RustPython's own JSON would break them, and the ticket's reader with them."""
    outcome = refused_outcome({"Internal": "\x1b1 \x0b2 é😀"})
    assert unpack_outcome(pack_outcome(outcome), "d") == outcome


def test_a_refusal_survives_its_text_and_shows_no_charge() -> None:
    """What a failure cost is known to its flight, and is no part of what is read by ticket."""
    outcome = refused_outcome({"TooLarge": {"unit": "bytes", "size": 2, "limit": 1}})
    assert unpack_outcome(pack_outcome(outcome), "d") == outcome
    assert charged(outcome, 5).paid_cycles == 5
    assert pack_outcome(charged(outcome, 5)) == pack_outcome(outcome)
    assert not may_be_stored(outcome)
    assert as_variant(outcome, "Answered", "Refused") == {"Refused": outcome.refusal}


@given(st.text(st.characters(codec="utf-8"), max_size=9_000), st.integers(1, 3))
def test_a_result_is_read_as_it_was_written(text: str, repeat: int) -> None:
    """Long ones in pieces; relabelled ones with the new status and nothing else changed."""
    store = _store()
    shelf = ResultShelf(store)
    answer = {"content": text * repeat, "finish": "stop", "model": "m", "trust": "single_node"}
    numbers = ("prompt_tokens", "completion_tokens", "dropped_messages", "dropped_characters")
    outcome = answered_outcome(
        "d", {**answer, **dict.fromkeys(numbers, 1), "created_at_ns": 1}, MISS
    )
    shelf.write(9, outcome, 100)
    assert shelf.read(9, "d") == outcome
    shelf.relabel(9, "d", MISS_STORED)
    again = ResultShelf(store)
    again.load()
    assert again.read(9, "d") == with_status(outcome, MISS_STORED)
    assert again.sweep(99, 9) == 0
    assert again.sweep(100, 9) == 1
    assert store.items() == []
    assert again.read(9, "d") is None


def _store() -> Any:
    """Give one empty map to each example of a property."""

    class Store(dict[str, str]):
        insert = dict.__setitem__

        def remove(self, key: str) -> str | None:
            return self.pop(key, None)

        def items(self) -> list[tuple[str, str]]:  # type: ignore[override]
            return sorted(super().items())

    return Store()


def test_a_result_too_long_to_keep_is_a_refusal(store: DictStore, answer: dict[str, Any]) -> None:
    """Whoever holds a ticket learns that the answer was too large, not half of it."""
    shelf = ResultShelf(store)
    huge = {**answer, "content": "x" * (MAX_PIECES * PIECE_BYTES)}
    shelf.write(1, answered_outcome("d", huge, MISS), 100)
    outcome = shelf.read(1, "d")
    assert outcome is not None
    assert outcome.refusal is not None
    assert "ResponseTooLarge" in outcome.refusal
    assert len(shelf) == 1


def test_relabelling_what_nobody_awaits_does_nothing(store: DictStore) -> None:
    """An ask without tickets has no result to relabel."""
    ResultShelf(store).relabel(1, "d", MISS_STORED)
    assert not store.entries


def test_tickets_are_swept_oldest_first_in_bounded_steps(store: DictStore) -> None:
    """A rebuilt book sweeps as the first one would."""
    book = TicketBook(store)
    for number in range(5):
        book.issue(number, TICKET._replace(expires_at_ns=10 * number))
    book.load()
    assert book.sweep(25, 2) == 2
    assert book.sweep(25, 2) == 1
    assert len(book) == 2
    assert book.read(0, "bob") is None
    assert book.read(4, "eve") is None
    assert book.read(4, "bob") == TICKET._replace(expires_at_ns=40)
    assert unpack_ticket(pack_ticket(TICKET)) == TICKET


@given(st.lists(st.integers(0, 2 * BLOCK), max_size=5))
def test_numbers_never_repeat_over_upgrades(runs: list[int]) -> None:
    """Each run goes on after the block that the last one reserved."""
    store = _store()
    taken: list[int] = []
    for run in runs:
        numbering = Numbering(store)
        numbering.load()
        taken.extend([numbering.take() for _ in range(run)])
    assert len(set(taken)) == len(taken)
    assert taken == sorted(taken)


def test_counts_are_written_when_they_moved(store: DictStore) -> None:
    """A flush keeps the counts over an upgrade; without any change it writes nothing."""
    tallies = Tallies(store)
    tallies.flush()
    assert not store.entries
    tallies.add("asks")
    tallies.add("charged_cycles", 5)
    tallies.flush()
    again = Tallies(store)
    again.load()
    assert again.snapshot() == dict.fromkeys(NAMES, 0) | {"asks": 1, "charged_cycles": 5}


def test_settings_survive_their_text_and_keep_their_bounds() -> None:
    """Defaults are within bounds; anything beyond them is refused by name."""
    record = Settings()._asdict()
    assert refuse_settings(record) is None
    assert unpack_settings(pack_settings(settings_from(record))) == Settings()


@pytest.mark.parametrize("field", ["lease_s", "ticket_ttl_s", "max_flights", "max_tickets"])
def test_settings_out_of_bounds_are_refused(field: str) -> None:
    """Zero flights, tickets or seconds would close the canister by mistake."""
    refusal = refuse_settings({**Settings()._asdict(), field: 0})
    assert refusal is not None
    assert field in refusal["BadRequest"]


def test_settings_name_what_anonymous_may_be() -> None:
    """Only the two words are taken."""
    refusal = refuse_settings({**Settings()._asdict(), "anonymous": "maybe"})
    assert refusal == {"BadRequest": 'anonymous is "refused" or "public"'}


def test_a_hit_of_another_digest_is_a_miss(answer: dict[str, Any]) -> None:
    """A collision in the cache would never be somebody else's answer."""
    told = {"answer": answer, "digest": "other", "key": "00ff", "age_s": 1, "expires_in_s": 2}
    hit = fetched_text({"Hit": told})
    assert read_lookup(hit, "d", NO_DIRECTIVES) == Found(NOTHING, None)
    assert outcalls_of(None) == 0


@pytest.mark.parametrize(("over", "fits"), [(0, True), (1, False)])
def test_no_failure_is_remembered_for_longer_than_the_cache_takes(*, over: int, fits: bool) -> None:
    """A setting that the cache would refuse at each put would remember nothing at all."""
    settings = Settings()._asdict() | {"negative_ttl_s": MAX_NEGATIVE_TTL_S + over}
    assert (refuse_settings(settings) is None) == fits
