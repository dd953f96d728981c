"""Records and places as texts: golden bytes, round trips, and the arithmetic of sizes."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cache_core import admission, answer_texts, cache_bounds
from cache_core.answer_texts import (
    GRAVESTONE,
    PIECE_BYTES,
    VALUE_BYTES,
    Entry,
    holds,
    is_old,
    pieces_of,
    read_record,
    write_record,
)
from cache_core.places import BANKS, PROBES, bank_of, is_piece, piece_key, place_of
from refrain_core.cache_control import MAX_TAG_CHARACTERS, MAX_TAGS
from refrain_core.limits import MAX_SHARED_NAME_CHARACTERS, SHARED_PREFIX
from refrain_core.request_parts import MAX_PARTS_CHARACTERS

STEADY = settings(deadline=None, derandomize=True)
DIGEST = "f1" + "0" * 62
ENTRY = Entry(
    digest=DIGEST,
    namespace="public",
    sequence=7,
    stored_at_ns=1_000,
    expires_at_ns=2_000,
    keep_until_ns=3_000,
    trust="quorum 2/3",
    base_digest=DIGEST,
    sample=0,
    kind="a",
    crossed=0,
    finish="stop",
    model="tiny@r1:Q4_K_M",
    prompt_tokens=11,
    completion_tokens=12,
    dropped_messages=1,
    dropped_characters=2,
    created_at_ns=900,
    cost_cycles=50,
    cost_ms=60,
    tags="x y",
    voters="one two",
    parts="0123456789abcdef|n;n;100%|",
    answer_bytes=9,
    pieces=0,
)
LONGEST: dict[str, Any] = {
    "digest": "f" * 64,
    "base_digest": "f" * 64,
    "namespace": SHARED_PREFIX + "a" * MAX_SHARED_NAME_CHARACTERS,
    "sample": admission.MAX_SAMPLE,
    "finish": "length",
    "model": "m" * 200,
    "trust": "t" * admission.MAX_TRUST_CHARACTERS,
    "crossed": 1,
    "tags": " ".join(["t" * MAX_TAG_CHARACTERS] * MAX_TAGS),
    "voters": " ".join(["v" * 50] * cache_bounds.MAX_VOTERS),
    "parts": "|" * MAX_PARTS_CHARACTERS,
    "answer_bytes": answer_texts.MAX_ANSWER_BYTES,
    "pieces": 250,
}
INSTANTS = ("stored_at_ns", "expires_at_ns", "keep_until_ns", "sequence", "created_at_ns")
GOLDEN = Path(__file__).parent / "golden"


def test_a_record_is_written_as_it_always_was() -> None:
    """The golden text of layout 2, bars within the parts escaped."""
    golden = (GOLDEN / "record_v2.txt").read_text()
    assert write_record(ENTRY, "yes | no\n") == golden
    assert read_record(golden) == (ENTRY, "yes | no\n")


def test_a_record_of_layout_1_is_read_as_it_was_written() -> None:
    """The golden text has sixteen fields; what layout 1 did not know is empty."""
    golden = (GOLDEN / "record_v1.txt").read_text()
    entry = ENTRY._replace(
        keep_until_ns=2_000, cost_cycles=0, cost_ms=0, tags="", voters="", parts=""
    )
    assert read_record(golden) == (entry, "yes | no\n")
    assert holds(golden, DIGEST)
    assert is_old(golden)
    assert not is_old(write_record(ENTRY, ""))


def test_a_damaged_record_of_layout_1_is_not_guessed_at() -> None:
    """One field too few is no record."""
    with pytest.raises(ValueError, match="damaged record of layout v1"):
        read_record("v1|" + "|" * 15)


def test_a_gravestone_is_written_as_it_always_was() -> None:
    """It reads as no answer."""
    assert GRAVESTONE == "x1"
    assert read_record("x1") is None


@STEADY
@given(
    st.text(),
    st.text(),
    st.lists(st.integers(min_value=0, max_value=2**64 - 1), min_size=15, max_size=15),
)
def test_records_read_as_written(first: str, parts: str, numbers: list[int]) -> None:
    """Any answer and any parts come back, bars and line ends included."""
    fields = [
        name for name, value in zip(Entry._fields, ENTRY, strict=True) if value.__class__ is int
    ]
    values: dict[str, Any] = dict(zip(fields, numbers, strict=True))
    entry = ENTRY._replace(**values, parts=parts)
    record = read_record(write_record(entry, first))
    assert record == (entry, first)


def test_a_field_with_a_bar_is_no_record() -> None:
    """A name could otherwise pose as the fields behind it."""
    with pytest.raises(ValueError, match="bar"):
        write_record(ENTRY._replace(model="m|1"), "")


def test_a_record_of_another_layout_is_not_guessed_at() -> None:
    """Reading it as a known one could serve a wrong answer."""
    with pytest.raises(ValueError, match="unknown layout v3"):
        read_record("v3|" + "|" * 25)
    with pytest.raises(ValueError, match="unknown layout v2"):
        read_record("v2|" + "|" * 24)


def test_the_digest_is_compared_whole() -> None:
    """A record holds its digest, not only the beginning of it."""
    text = write_record(ENTRY, "")
    assert holds(text, DIGEST)
    assert not holds(text, DIGEST[:-1])
    assert not holds(text, DIGEST[:-1] + "1")
    assert not holds(GRAVESTONE, DIGEST)


def longest_entry() -> Entry:
    """Fill every field as far as admission lets it."""
    counts = [name for name in Entry._fields if "tokens" in name or "dropped" in name]
    numbers: dict[str, Any] = dict.fromkeys(INSTANTS, 2**64 - 1) | dict.fromkeys(counts, 2**32 - 1)
    return ENTRY._replace(**LONGEST, **numbers, cost_cycles=2**64 - 1, cost_ms=2**32 - 1)


def test_the_longest_header_leaves_room_for_an_answer() -> None:
    """All labels at their longest, every bar of the parts escaped: at least 500 bytes are left."""
    header = write_record(longest_entry(), "")
    assert header.isascii()
    assert len(header) <= VALUE_BYTES - 500
    assert 7 + 2 + VALUE_BYTES <= 4_532


@STEADY
@given(
    st.one_of(st.just(ENTRY), st.just(longest_entry())),
    st.sampled_from(["x", "é", "€", "\U0001f600", "a\U0001f600"]),
    st.integers(min_value=1, max_value=13_000),
)
def test_pieces_make_the_answer_and_none_is_too_long(entry: Entry, text: str, size: int) -> None:
    """Characters of more bytes than one are never cut."""
    content = (text * size)[:size]
    first, *further = pieces_of(entry, content)
    assert "".join([first, *further]) == content
    assert len(write_record(entry, first).encode()) <= VALUE_BYTES
    assert all(0 < len(piece.encode()) <= PIECE_BYTES for piece in further)


@pytest.mark.parametrize("over", [0, 1])
def test_an_answer_at_the_bound_of_its_record_is_one_piece_and_a_byte_more_two(over: int) -> None:
    """What the header leaves is used up."""
    room = VALUE_BYTES - len(write_record(ENTRY, ""))
    assert len(pieces_of(ENTRY, "x" * (room + over))) == 1 + over
    assert len(pieces_of(ENTRY, "x" * (room + PIECE_BYTES + over))) == 2 + over


def test_every_answer_allowed_has_at_most_three_digits_of_pieces() -> None:
    """Characters of four bytes leave up to three bytes of each piece empty."""
    assert -(-answer_texts.MAX_ANSWER_BYTES // (PIECE_BYTES - 3)) <= 251
    assert len(pieces_of(ENTRY._replace(pieces=100), "\U0001f600" * 250_000)) <= 252
    assert 8 + len(piece_key("0" * 16, 250)) == 28


def test_banks_are_the_digests_first_five_bits() -> None:
    """All 32 banks are used, each by eight first bytes."""
    numbers = [bank_of(f"{byte:02x}" + "0" * 62) for byte in range(256)]
    assert numbers == [byte // 8 for byte in range(256)]
    assert set(numbers) == set(range(BANKS))


def test_places_stay_where_they_are() -> None:
    """Golden keys: what is stored must be found again, at each probe in the same bank."""
    assert [place_of(DIGEST, probe) for probe in range(PROBES)] == [
        (30, "c30bf9d182a42fb2"),
        (30, "861f0e93272a5b80"),
        (30, "b5a8d602b5345eb6"),
        (30, "e59114918f34ce37"),
    ]
    assert is_piece(piece_key("abc", 1))
    assert not is_piece("abc")
