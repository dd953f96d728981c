"""What the certified log costs: hashes counted, and the heap's bytes."""

from __future__ import annotations

import hashlib
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from refrain_core import answer_log, hash_tree, mountain_range
from refrain_core.answer_log import NO_ROW, AnswerLog
from tests.unit.refrain_core.test_answer_log import HEAD, log_of, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable


class Hashes:
    """Counts the sha256 that are computed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take sha256's place wherever the log uses it."""
        self.count = 0
        for module in (answer_log, hash_tree, mountain_range):
            monkeypatch.setattr(module, "sha256", self)

    def __call__(self, data: bytes) -> Any:
        """Count, and hash."""
        self.count += 1
        return hashlib.sha256(data)

    def of(self, action: Callable[[], object]) -> int:
        """How many an action takes."""
        before = self.count
        action()
        return self.count - before


@pytest.mark.parametrize(("count", "appended", "rewritten"), [(10_000, 3.9, 21), (131_000, 4, 29)])
def test_hashes_are_few_however_long_the_log(
    count: int, appended: float, rewritten: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an append with its root, on average; of a rewrite and its root; of a witness."""
    log = log_of(rows_of(count))
    log.root()
    hashes = Hashes(monkeypatch)

    def put() -> None:
        log.append(NO_ROW)
        log.root()

    taken = [hashes.of(put) for _ in range(512)]
    assert sum(taken) / len(taken) <= appended
    assert sorted(taken)[len(taken) * 7 // 8 - 1] == 3
    log.rewrite(5, NO_ROW)
    rewriting = hashes.of(partial(log.rewrite, 5, NO_ROW)) + hashes.of(log.root)
    assert rewriting <= rewritten
    assert hashes.of(partial(log.witness, 5)) == 0


def test_appending_in_bulk_hashes_each_chunk_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rebuild asks for the root at the end of a step only: 3 hashes a chunk, 0.4 a row."""
    log, rows = AnswerLog(HEAD), rows_of(8_000)
    hashes = Hashes(monkeypatch)
    assert hashes.of(partial(log.extend, rows)) < len(rows) * 3 / 8
    assert hashes.of(log.root) < 20


def test_a_million_rows_take_a_bounded_heap() -> None:
    """Natively at most 60 bytes a row, all lists and hashes together."""
    log = log_of(rows_of(16_000))
    assert heap_bytes(log) / 16_000 < 60


def heap_bytes(log: AnswerLog) -> int:
    """Everything that a log holds, as the interpreter counts it."""
    held: list[Any] = [log, vars(log), *vars(log).values()]
    levels = next(each for each in held if isinstance(each, mountain_range.MountainRange))
    for nodes in [*vars(levels)["_levels"], vars(log)["_chunks"]]:
        held += [nodes, *nodes]
    return sum(map(sys.getsizeof, held))
