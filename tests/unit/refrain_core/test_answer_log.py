"""The certified log against a plain recomputation, and its witnesses against a plain reader."""

from __future__ import annotations

import hashlib
import random
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kybra_replica.ic_http import cbor
from kybra_replica.ic_http.hash_tree import Tree, root_hash
from kybra_replica.ic_http.refusals import Malformed
from refrain_core.answer_log import NO_ROW, ROWS_PER_CHUNK, AnswerLog, row_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HEAD = b"1|0"
DEPTH = 80


def rows_of(count: int, seed: int = 0) -> list[bytes]:
    """Make up rows."""
    source = random.Random(seed)  # noqa: S311 (test data)
    return [source.randbytes(32) for _ in range(count)]


def log_of(rows: Sequence[bytes]) -> AnswerLog:
    """A log of rows, its root asked for now and then as an update asks it."""
    log = AnswerLog(HEAD)
    for number, row in enumerate(rows):
        if row[0] & 2:
            assert log.appended_root(row) == log.root()
            assert len(log) == number + 1
            continue
        assert log.append(row) == number
        if row[0] & 1:
            log.root()
    log.root()
    return log


def split(trees: list[Tree]) -> Tree:
    """The tree of RFC 6962's shape: left of each fork a power of two, as great as can be."""
    if len(trees) == 1:
        return trees[0]
    left = 1 << (len(trees) - 1).bit_length() - 1
    return (1, split(trees[:left]), split(trees[left:]))


def plain_tree(rows: Sequence[bytes]) -> Tree:
    """The whole tree, made anew from nothing but the rows."""
    chunks = [b"".join(rows[at : at + 8]) for at in range(0, len(rows), 8)]
    newest = chunks.pop() if len(rows) % 8 else b""
    below: Tree = (2, bytes(4), (3, HEAD))
    if chunks:
        numbered = [(2, n.to_bytes(4, "big"), (3, each)) for n, each in enumerate(chunks, 1)]
        below = (1, below, split(numbered))
    answers = (2, b"answers", below)
    return (1, answers, (2, b"newest", (3, newest))) if newest else answers


def read_witness(witness: str) -> Tree:
    """The tree in a witness."""
    return tuple(cbor.decode(bytes.fromhex(witness), max_depth=DEPTH))


def leaves(tree: Any) -> list[bytes]:
    """Every leaf that a tree shows, from left to right."""
    if tree[0] == 1:
        return leaves(tree[1]) + leaves(tree[2])
    if tree[0] == 2:
        return leaves(tree[2])
    return [tree[1]] if tree[0] == 3 else []


def shows(witness: str, root: bytes, row: bytes) -> bool:
    """Whether a witness of a root shows a row, by a reader that knows hash trees only."""
    tree = read_witness(witness)
    cells = [leaf[at : at + 32] for leaf in leaves(tree) for at in range(0, len(leaf), 32)]
    return root_hash(tree) == root and row in cells


@given(st.integers(0, 300), st.integers(0, 5))
def test_the_root_is_that_of_the_whole_tree_made_anew(count: int, seed: int) -> None:
    """Whatever the log's length."""
    rows = rows_of(count, seed)
    assert log_of(rows).root() == root_hash(plain_tree(rows))


@settings(max_examples=30)
@given(st.integers(1, 200), st.data())
def test_rewritten_rows_give_the_root_of_the_new_rows(count: int, data: st.DataObject) -> None:
    """In complete chunks and in the open one, mixed with appends."""
    rows = rows_of(count)
    log = log_of(rows)
    for number in data.draw(st.lists(st.integers(0, count - 1), max_size=8)):
        row = data.draw(st.binary(min_size=32, max_size=32))
        log.rewrite(number, row)
        rows[number] = row
        rows.append(row)
        log.append(row)
        assert log.row(number) == row
        assert log.root() == root_hash(plain_tree(rows))


@pytest.mark.parametrize("count", [1, 7, 8, 9, 16, 63, 64, 65, 88, 8 * 31 + 3])
def test_every_row_has_a_witness(count: int) -> None:
    """Of the root; in the plain tree's very labels, and no larger than the log's height asks."""
    rows = rows_of(count)
    log = log_of(rows)
    for number, row in enumerate(rows):
        witness = log.witness(number)
        assert shows(witness, log.root(), row)
        assert set(leaves(read_witness(witness))) <= set(leaves(plain_tree(rows)))
        pruned_bytes = (count // ROWS_PER_CHUNK).bit_length() * 36 + 36
        assert len(witness) // 2 <= pruned_bytes + 2 * 256 + 100


def test_witnesses_are_the_bytes_that_a_general_writer_writes() -> None:
    """Of the selfsame tree, behind the self-describing tag."""
    log = log_of(rows_of(100))
    for number in range(100):
        tree = read_witness(log.witness(number))
        assert cbor.encode_self_described(tree).hex() == log.witness(number)


def test_a_witness_of_one_flipped_bit_is_none() -> None:
    """Wherever the bit: it is no tree any more, or has another root, or shows another row."""
    rows = rows_of(21)
    log = log_of(rows)
    root = log.root()
    for number in (3, 19):
        raw = bytes.fromhex(log.witness(number))
        for bit in range(24, 8 * len(raw)):
            forged = bytearray(raw)
            forged[bit // 8] ^= 1 << bit % 8
            assert not believed(bytes(forged), root, rows[number]), bit


def believed(witness: bytes, root: bytes, row: bytes) -> bool:
    """Whether a reader of whatever bytes believes them."""
    try:
        return shows(witness.hex(), root, row)
    except (Malformed, IndexError, TypeError):
        return False


def test_a_row_that_is_absent_or_was_rewritten_is_not_shown() -> None:
    """No witness of the new root shows it, and the old witness is of another root."""
    rows = rows_of(30)
    log = log_of(rows)
    for number in (2, 27):
        before = log.witness(number)
        log.rewrite(number, NO_ROW)
        log.root()
        assert not shows(before, log.root(), rows[number])
        for other in range(30):
            assert not shows(log.witness(other), log.root(), rows[number])
            assert not shows(log.witness(other), log.root(), b"never appended, 32 bytes long...")


def test_rows_changed_places_are_another_root() -> None:
    """Two logs of the same rows in another order share no root."""
    rows = rows_of(20)
    swapped = [rows[1], rows[0], *rows[2:]]
    assert log_of(rows).root() != log_of(swapped).root()


def test_another_head_is_another_root() -> None:
    """An epoch's witness is worth nothing in the next, even over the same rows."""
    other = AnswerLog(b"2|0")
    for row in rows_of(20):
        other.append(row)
    assert other.root() != log_of(rows_of(20)).root()


@pytest.mark.parametrize("number", [-1, -9, 20, 24, 1_000])
def test_rows_that_there_are_none_of_are_refused(number: int) -> None:
    """Below the first and beyond the last, in reading, writing and proving."""
    log = log_of(rows_of(20))
    calls: list[Callable[[], object]] = [
        partial(log.row, number),
        partial(log.witness, number),
        partial(log.rewrite, number, NO_ROW),
    ]
    for call in calls:
        with pytest.raises(IndexError):
            call()


def test_a_records_row_is_half_of_blake2b() -> None:
    """Of the salt and the record."""
    assert row_of("salt", "é|x") == hashlib.blake2b("salté|x".encode()).digest()[:32]


@given(st.lists(st.integers(0, 40), max_size=6))
def test_many_rows_at_once_are_as_one_after_another(sizes: list[int]) -> None:
    """Whatever is in the open chunk, and however many come."""
    rows, log = rows_of(sum(sizes)), AnswerLog(HEAD)
    for number, size in enumerate(sizes):
        start = sum(sizes[:number])
        assert log.extend(rows[start : start + size]) == start
        assert log.root() == log_of(rows[: start + size]).root()
    assert len(log) == len(rows)
