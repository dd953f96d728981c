"""Which answers are certified: against a plain dict of what must be provable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refrain_core.answer_log import row_of
from refrain_core.certified_rows import CertifiedRows
from refrain_core.row_salts import SALT_CHARACTERS, RowSalts
from tests.unit.refrain_core.test_answer_log import shows

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRET = "5e" * 32
PLACES = st.sampled_from([f"place {n}" for n in range(12)])
STEPS = st.lists(
    st.tuples(st.sampled_from(["keep", "drop", "forget", "load"]), PLACES, st.text(max_size=5)),
    max_size=60,
)


def opened() -> tuple[CertifiedRows, bytes]:
    """Open rows, and their root."""
    rows = CertifiedRows()
    return rows, rows.open(SECRET, b"1")


def is_proven(rows: CertifiedRows, root: bytes, place: str, record: str) -> bool:
    """Whether the rows prove a record under the root that was certified."""
    proof = rows.proof(place)
    return proof is not None and shows(proof.witness, root, row_of(proof.salt, record))


@settings(max_examples=60)
@given(STEPS)
def test_just_what_is_stored_is_proven_under_the_last_root(
    steps: list[tuple[str, str, str]],
) -> None:
    """After each change, with the root that it returned."""
    rows, root = opened()
    stored: dict[str, str] = {}
    for action, place, record in steps:
        if action == "keep":
            root = rows.keep(place, record)
            stored[place] = record
        elif action == "load":
            root = rows.load([(place, record)])
            stored.setdefault(place, record)
        elif action == "drop":
            root = rows.drop(place) or root
            stored.pop(place, None)
        else:
            rows.forget(place)
            stored.pop(place, None)
        assert_proves(rows, root, stored)


def assert_proves(rows: CertifiedRows, root: bytes, stored: Mapping[str, str]) -> None:
    """All that is stored, each as it is, and nothing else."""
    assert len(rows) == len(stored)
    for number in range(12):
        place = f"place {number}"
        if place in stored:
            assert is_proven(rows, root, place, stored[place])
            assert not is_proven(rows, root, place, stored[place] + "!")
        else:
            assert rows.proof(place) is None


def test_nothing_is_certified_or_proven_before_there_is_a_log() -> None:
    """After an upgrade, the old root must stay until there is another."""
    rows = CertifiedRows()
    assert not rows.is_open
    assert rows.keep("a", "record") == rows.load([("a", "record")]) == b""
    assert rows.drop("a") == b""
    assert rows.proof("a") is None
    assert (len(rows), rows.left_over) == (0, 0)


def test_a_new_epoch_proves_nothing_of_the_old() -> None:
    """Its root is another although its rows are the same, and it starts without any."""
    rows, _ = opened()
    first = rows.keep("a", "record")
    old = rows.proof("a")
    assert old is not None
    assert rows.open(SECRET, b"2") != first
    assert rows.proof("a") is None
    assert not shows(old.witness, rows.keep("a", "record"), row_of(old.salt, "record"))


def test_rows_of_what_was_evicted_are_counted_as_left_over() -> None:
    """So that somebody can begin an epoch before they fill the heap."""
    rows, _ = opened()
    for number in range(10):
        rows.keep(f"{number}", "record")
    for number in range(4):
        rows.forget(f"{number}")
    rows.drop("9")
    assert (len(rows), rows.left_over) == (5, 5)


def test_loading_again_changes_nothing() -> None:
    """What a put certified meanwhile, a rebuild passes by."""
    rows, _ = opened()
    root = rows.keep("a", "new")
    assert rows.load([("a", "old")]) == root
    assert is_proven(rows, root, "a", "new")


@pytest.mark.parametrize("secret", ["", "5e" * 31, "5e" * 33])
def test_a_secret_of_another_length_is_refused(secret: str) -> None:
    """A salt must not be that of another secret and digest put together."""
    with pytest.raises(ValueError, match="secret"):
        CertifiedRows().open(secret, b"1")


def test_salts_repeat_neither_within_an_epoch_nor_over_epochs_and_secrets() -> None:
    """Whoever was told one learns of no other row."""
    heads = [(SECRET, b"1"), (SECRET, b"2"), ("ab" * 32, b"1")]
    epochs = [RowSalts(secret, head) for secret, head in heads]
    drawn = [salts.of(number) for salts in epochs for number in range(50)]
    assert len(set(drawn)) == len(drawn)
    assert {len(salt) for salt in drawn} == {SALT_CHARACTERS}
    assert epochs[0].of(3) == drawn[3]


def test_a_neighbours_row_can_not_be_guessed() -> None:
    """Somebody who was proven his own record tests a true guess of another's, with what he has."""
    rows, _ = opened()
    rows.keep("theirs", "the very record of somebody else")
    root = rows.keep("mine", "my record")
    mine = rows.proof("mine")
    assert mine is not None
    assert shows(mine.witness, root, row_of(mine.salt, "my record"))
    for salt in ("", mine.salt, "0" * SALT_CHARACTERS):
        assert not shows(mine.witness, root, row_of(salt, "the very record of somebody else"))


@pytest.mark.parametrize("first", range(9))
@pytest.mark.parametrize("count", [0, 1, 3, 4, 5, 9])
def test_many_salts_are_those_of_each_row(first: int, count: int) -> None:
    """Wherever the first stands in its group."""
    salts = RowSalts("5e" * 32, b"1")
    assert salts.of_many(first, count) == [salts.of(first + at) for at in range(count)]


def test_of_equal_places_the_first_is_loaded() -> None:
    """Loading passes over what is certified, in the same load too."""
    rows = CertifiedRows()
    rows.open("5e" * 32, b"1")
    root = rows.load([("a", "one"), ("a", "two")])
    again = CertifiedRows()
    again.open("5e" * 32, b"1")
    assert again.load([("a", "one")]) == root
    assert (len(rows), rows.left_over) == (1, 0)
