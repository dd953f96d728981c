"""Drafts, the way of most puts: never another result than an Entry's, and never more than it."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cache_core import fast_puts, puts
from cache_core.answer_cache import MOST_LABELS, AnswerCache
from cache_core.answer_texts import ANSWER, FAILURE, GRAVESTONE, Entry, read_record, write_record
from cache_core.bank_rows import row_of_record
from cache_core.drafts import draft_of_header, draft_of_request
from cache_core.kept import kept_of
from cache_core.places import Place, place_of
from refrain_core.fingerprint import digest_of, sample_digest
from tests.unit.cache.memories import Memory
from tests.unit.cache.stored_answers import NAMESPACES

SECOND = 1_000_000_000
DIGEST = digest_of("one")
Maker = Callable[..., dict[str, Any]]
STEADY = settings(deadline=None, derandomize=True, max_examples=150)
CHOICES: dict[str, list[Any]] = {
    "namespace": [*NAMESPACES, "2vxsx-fae", "x"],
    "sample": [0, 0, 0, 1, 999, 1_000],
    "ttl_s": [None, 60, 60, 0, 315_360_000, 315_360_001],
    "cache_control": ["", "", "", "tags=a", "guess"],
    "voters": [[], ["openai"], ["a b"]],
    "parts": ["", "h|i1;", "50%|x", "é", "x" * 721],
    "trust": ["single_node", "quorum 2/3", "", "a|b"],
    "finish": ["stop", "length", "time"],
    "model": ["tiny@r1:Q4_K_M", "tiny"],
    "content": ["four", "é" * 9, "", "x" * 4_100, "x" * 4_400, "x" * 5_000, "a|b%7C"],
    "cost_cycles": [0, 2**64 - 1],
    "prompt_tokens": [0, 7],
}
FIELDS = st.fixed_dictionaries(
    {"number": st.integers(0, 5)}, optional={n: st.sampled_from(c) for n, c in CHOICES.items()}
)
HEADERS: dict[str, list[str]] = {
    "namespace": ["public", "2vxsx-fae", ""],
    "sample": ["0", "1", "00", ""],
    "kind": [ANSWER, FAILURE],
    "crossed": ["0", "1", "x"],
    "expires_at_ns": ["60", "0", "-1", "1e3", "315360001", "60_0", "\u0663"],
    "keep_until_ns": ["60", "90", "0", "9" * 30],
    "prompt_tokens": ["1", "", "-1", str(2**64 - 1), str(2**64), "+1", " 1"],
    "tags": ["", "a", "é"],
    "voters": ["", "openai", "a  b"],
    "parts": ["", "h%7Cx", "100%", "100%25", "%7c", "é"],
    "model": ["tiny@r1:Q4_K_M", "tiny"],
    "answer_bytes": ["4", "5", "04"],
    "pieces": ["0", "1"],
    "digest": [DIGEST, digest_of("two"), "A" * 64],
}
CHANGES = st.fixed_dictionaries({}, optional={n: st.sampled_from(c) for n, c in HEADERS.items()})


class Twins:
    """Two caches that are put the same; one of them never drafts."""

    def __init__(self) -> None:
        """Install both."""
        self.memories = [Memory(), Memory()]
        self.drafting, self.plain = (one.begin() for one in self.memories)

    def put(self, store: Callable[[AnswerCache], Any]) -> Any:
        """Put into both; the result of both."""
        results = [store(self.drafting)]
        self.plain.known_labels.clear()
        results.append(store(self.plain))
        assert results[0] == results[1]
        copies = [one.copied() for one in self.memories]
        assert copies[0] == copies[1]
        assert sorted(self.drafting.index.digests()) == sorted(self.plain.index.digests())
        for digest in self.plain.index.digests():
            assert self.drafting.index.get(digest) == self.plain.index.get(digest)
        assert self.drafting.index.size_bytes == self.plain.index.size_bytes
        assert self.drafting.tally.counts("") == self.plain.tally.counts("")
        return results[0]


@STEADY
@given(puts_made=st.lists(FIELDS, max_size=12))
def test_a_drafted_put_leaves_what_any_put_leaves(
    put_request: Maker, puts_made: list[dict[str, Any]]
) -> None:
    """Result, records, index and counts, whatever was known before."""
    twins = Twins()
    for fields in [{"number": 0}, *puts_made]:
        number = fields.pop("number")
        request = put_request(digest_of(str(number)), **fields)
        twins.put(lambda cache, put=request: puts.put(cache, put, SECOND))  # type: ignore[misc]


@STEADY
@given(changes=st.lists(CHANGES, max_size=8))
def test_a_drafted_text_leaves_what_any_text_leaves(changes: list[dict[str, str]]) -> None:
    """Whatever stands in its fields."""
    twins = Twins()
    for number, changed in enumerate([{}, *changes]):
        header = header_of(digest_of(str(number)), **changed)
        twins.put(lambda cache, text=header: fast_puts.keep_text(cache, text, "four", SECOND))  # type: ignore[misc]


def header_of(stored: str, **changed: str) -> str:
    """Write a header as a client does, some of its fields replaced by any text."""
    digest = changed.get("digest", stored)
    usual = {"namespace": "public", "kind": ANSWER, "trust": "single_node", "finish": "stop"}
    lives = {"expires_at_ns": "60", "keep_until_ns": "60", "answer_bytes": "4"}
    empty = dict.fromkeys(("tags", "voters", "parts"), "")
    fields: dict[str, str] = {
        **dict.fromkeys(Entry._fields, "0"),
        **usual,
        **lives,
        **empty,
        "model": "tiny@r1:Q4_K_M",
        "digest": digest,
        "base_digest": digest,
    }
    return "v2|" + "|".join({**fields, **changed}.values()) + "|"


@pytest.mark.parametrize("text", ["", "v2", "v1|" + header_of(DIGEST)[3:], header_of(DIGEST) + "|"])
def test_what_is_no_header_is_no_draft(cache: AnswerCache, text: str) -> None:
    """Nor anything that is longer than one."""
    assert fast_puts.keep_text(cache, header_of(DIGEST), "four", SECOND).startswith("stored|")
    assert draft_of_header(header_of(DIGEST), "four", cache.known_labels, cache.bounds)
    assert draft_of_header(text, "four", cache.known_labels, cache.bounds) is None


def test_labels_are_known_once_they_were_stored(cache: AnswerCache, put_request: Maker) -> None:
    """Refused ones never are, and the set of them is bounded."""
    request = put_request(DIGEST)
    assert draft_of_request(request, cache.known_labels, cache.bounds) is None
    assert "Refused" in puts.put(cache, put_request(DIGEST, trust=""), SECOND)
    assert not cache.known_labels
    puts.put(cache, request, SECOND)
    assert draft_of_request(request, cache.known_labels, cache.bounds) is not None
    for number in range(MOST_LABELS):
        cache.know_labels(("public", str(number)))
    assert 0 < len(cache.known_labels) <= MOST_LABELS


def test_a_draft_takes_no_slot_from_another(
    cache: AnswerCache, memory: Memory, put_request: Maker
) -> None:
    """A gravestone stays crossed, and an answer of the same key stays where it is."""
    puts.put(cache, put_request(digest_of("first")), SECOND)
    buried, crowded = digest_of("buried"), digest_of("crowded")
    place = place_of(buried, 0)
    memory.banks[place.bank].entries[place.key] = GRAVESTONE
    puts.put(cache, put_request(buried), SECOND)
    record = read_record(memory.banks[place.bank].entries[place.key])
    assert record is not None
    assert (record.entry.digest, record.entry.crossed) == (buried, 1)
    taken = place_of(crowded, 0)
    other = write_record(record.entry._replace(digest="0" * 64, pieces=0), "five")
    memory.banks[taken.bank].entries[taken.key] = other
    puts.put(cache, put_request(crowded), SECOND)
    assert cache.store.find(crowded) is not None
    stays = read_record(memory.banks[taken.bank].entries[taken.key])
    assert stays is not None
    assert stays.entry.digest == "0" * 64


@STEADY
@given(fields=FIELDS)
def test_a_bank_is_read_as_its_entries_are(put_request: Maker, fields: dict[str, Any]) -> None:
    """The short reading of a record gives the row that the long one gives."""
    fields.pop("number")
    memory = Memory()
    cache = memory.begin()
    puts.put(cache, put_request(DIGEST, **fields), SECOND)
    for bank, entries in enumerate(memory.banks):
        for key, text in entries.entries.items():
            record = None if "/" in key else read_record(text)
            row = None
            if record is not None:
                row = (record.entry.digest, kept_of(Place(bank, key), record.entry))
                assert cache.index.get(row[0]) == row[1]
            assert row_of_record(bank, key, text) == row
    assert sample_digest(DIGEST, 0) == DIGEST
