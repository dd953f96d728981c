"""Records and places as texts: golden bytes, round trips, and the arithmetic of sizes."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cache_core import answer_texts
from cache_core.answer_texts import (
    GRAVESTONE,
    HEADER_BYTES,
    PIECE_BYTES,
    Entry,
    holds,
    read_record,
    write_record,
)
from cache_core.places import BANKS, PROBES, bank_of, is_piece, piece_key, place_of

STEADY = settings(deadline=None, derandomize=True)
DIGEST = "f1" + "0" * 62
ENTRY = Entry(
    digest=DIGEST,
    namespace="public",
    stored_at_ns=1_000,
    expires_at_ns=2_000,
    sequence=7,
    crossed=0,
    finish="stop",
    model="tiny@r1:Q4_K_M",
    trust="quorum 2/3",
    prompt_tokens=11,
    completion_tokens=12,
    dropped_messages=1,
    dropped_characters=2,
    created_at_ns=900,
    answer_bytes=9,
    pieces=0,
)
LONGEST: dict[str, Any] = {
    "digest": "f" * 64,
    "namespace": "a" * 63,
    "finish": "length",
    "model": "m" * 200,
    "trust": "t" * 40,
    "crossed": 1,
    "answer_bytes": answer_texts.MAX_ANSWER_BYTES,
    "pieces": 250,
}
INSTANTS = ("stored_at_ns", "expires_at_ns", "sequence", "created_at_ns")


def test_a_record_is_written_as_it_always_was() -> None:
    """The golden text of layout version 1."""
    assert write_record(ENTRY, "yes | no\n") == (
        f"v1|{DIGEST}|public|1000|2000|7|0|stop|tiny@r1:Q4_K_M|quorum 2/3"
        "|11|12|1|2|900|9|0|yes | no\n"
    )


def test_a_gravestone_is_written_as_it_always_was() -> None:
    """It reads as no answer."""
    assert GRAVESTONE == "x1"
    assert read_record("x1") is None


@STEADY
@given(
    st.text(),
    st.lists(st.integers(min_value=0, max_value=2**64 - 1), min_size=10, max_size=10),
)
def test_records_read_as_written(first: str, numbers: list[int]) -> None:
    """Any answer comes back, bars and line ends included."""
    fields = [
        name for name, value in zip(Entry._fields, ENTRY, strict=True) if value.__class__ is int
    ]
    values: dict[str, Any] = dict(zip(fields, numbers, strict=False))
    entry = ENTRY._replace(**values)
    record = read_record(write_record(entry, first))
    assert record == (entry, first)


def test_a_field_with_a_bar_is_no_record() -> None:
    """A name could otherwise pose as the fields behind it."""
    with pytest.raises(ValueError, match="bar"):
        write_record(ENTRY._replace(model="m|1"), "")


def test_a_record_of_another_layout_is_not_guessed_at() -> None:
    """Reading it as version 1 could serve a wrong answer."""
    with pytest.raises(ValueError, match="unknown layout v2"):
        read_record("v2|" + "|" * 16)


def test_the_digest_is_compared_whole() -> None:
    """A record holds its digest, not only the beginning of it."""
    text = write_record(ENTRY, "")
    assert holds(text, DIGEST)
    assert not holds(text, DIGEST[:-1])
    assert not holds(text, DIGEST[:-1] + "1")
    assert not holds(GRAVESTONE, DIGEST)


def test_the_longest_header_is_what_the_maps_allow() -> None:
    """The memory map's sum is that of the longest field each."""
    counts = [name for name in Entry._fields if "tokens" in name or "dropped" in name]
    numbers: dict[str, Any] = dict.fromkeys(INSTANTS, 2**64 - 1) | dict.fromkeys(counts, 2**32 - 1)
    longest = ENTRY._replace(**LONGEST, **numbers)
    assert len(write_record(longest, "")) == HEADER_BYTES
    assert 7 + 2 + HEADER_BYTES + PIECE_BYTES == 4_532


def test_every_answer_allowed_has_at_most_three_digits_of_pieces() -> None:
    """Characters of four bytes leave up to three bytes of each piece empty."""
    assert -(-answer_texts.MAX_ANSWER_BYTES // (PIECE_BYTES - 3)) <= 251
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
