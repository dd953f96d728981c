"""An import: each line on its own merits, none lost where it was broken off."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refrain.client.cache_import import Imported, failures, import_file
from refrain.failures import RefrainError, Refused
from tests.unit.client.stub_cache import StubCache, row

GOOD = json.dumps(row("good"))
BAD_LINES = (
    b"garbage",
    b"\xff\xfe",
    b"[]",
    b"{}",
    b'{"header": "h", "content": "c"}',
    b'{"header": "h", "content": 5, "checksum": "c"}',
    b'{"header": "h", "content": "\\ud800", "checksum": "c"}',
    b'{"header": "h", "content": "c", "checksum": "c"}',
    b"[" * 100_000,
)


def imported(stub: StubCache, path: Path, pages: int | None = None) -> list[Imported]:
    """Import to the end, or break off behind so many pages; what was told on the way."""
    told = []
    running = import_file(stub.connection(), path)
    for number, state in enumerate(running):
        told.append(state)
        if number == pages:
            running.close()
            break
    return told


def progress_of(path: Path) -> Path:
    """Name the note beside a file."""
    return Path(f"{path}.progress")


def written(folder: Path, lines: list[bytes]) -> Path:
    """Write a file to import."""
    path = folder / "answers"
    path.write_bytes(b"\n".join(lines))
    return path


def test_good_lines_are_sent_in_pages_of_fifty(tmp_path: Path) -> None:
    """Blank lines are passed over, and the last line needs no end."""
    contents = [str(number) for number in range(120)]
    stub = StubCache([])
    path = written(tmp_path, [b"", *[json.dumps(row(one)).encode() for one in contents]])
    *_, last = imported(stub, path)
    assert [len(page) for page in stub.imports] == [50, 50, 20]
    assert stub.taken == contents
    assert last == Imported(121, {"imported": 120}, [])
    assert not progress_of(path).exists()


def test_a_page_stays_within_a_message(tmp_path: Path) -> None:
    """Long answers go in pages of their own, and one that no message holds is told as such."""
    contents = ["a" * 600_000, "b" * 600_000, "\n" * 1_000_000, "d" * 1_900_000]
    stub = StubCache([])
    *_, last = imported(
        stub, written(tmp_path, [json.dumps(row(one)).encode() for one in contents])
    )
    assert [len(page) for page in stub.imports] == [1, 1, 1]
    assert last.told == {"imported": 3, "refused: TooLarge": 1}
    assert last.failed == [(4, "refused: TooLarge")]


@pytest.mark.parametrize("bad", BAD_LINES, ids=range(len(BAD_LINES)))
def test_a_damaged_line_is_told_by_its_number(tmp_path: Path, bad: bytes) -> None:
    """Whatever is wrong with it, the lines around it are taken."""
    stub = StubCache([])
    lines = [json.dumps(row("one")).encode(), bad, json.dumps(row("three")).encode()]
    *_, last = imported(stub, written(tmp_path, lines))
    assert stub.taken == ["one", "three"]
    assert last == Imported(3, {"imported": 2, "damaged": 1}, [(2, "damaged")])
    assert failures(last.told) == 1


@given(
    st.lists(st.sampled_from([*BAD_LINES[:-1], *[None] * 8]), max_size=130),
    st.lists(st.integers(0, 2), max_size=3),
)
def test_broken_off_anywhere_every_line_is_told_once(
    bad: list[bytes | None], breaks: list[int]
) -> None:
    """The note's counts are those of one run, and each answer is taken once."""
    lines = [
        json.dumps(row(str(at))).encode() if one is None else one for at, one in enumerate(bad)
    ]
    with TemporaryDirectory() as folder:
        path = written(Path(folder), lines)
        stub = StubCache([])
        told = []
        for pages in [*breaks, None]:
            told += imported(stub, path, pages)
            if not progress_of(path).exists() and told[-1].line == len(lines):
                break
        failed = [each for state in told for each in state.failed]
    assert stub.taken == [str(at) for at, one in enumerate(bad) if one is None]
    assert failed == [(at, "damaged") for at, one in enumerate(bad, 1) if one is not None]
    assert sum(told[-1].told.values()) == len(lines)


def test_a_cache_that_makes_room_is_asked_again(tmp_path: Path) -> None:
    """Only what it was too busy for is sent once more, and a cache busy for ever is told."""
    stub = StubCache([])
    path = written(tmp_path, [json.dumps(row(one)).encode() for one in "abc"])
    stub.busy_times = 2
    *_, last = imported(stub, path)
    assert [len(page) for page in stub.imports] == [3, 2]
    assert (last.told, sorted(stub.taken)) == ({"imported": 3}, ["a", "b", "c"])
    stub.busy_times = 1_000
    *_, last = imported(stub, path)
    assert last.told == {"refused: Busy": 3}
    assert failures(last.told) == 3


def test_sent_twice_is_present(tmp_path: Path) -> None:
    """What is there, or over, is no failure."""
    stub, path = StubCache([]), written(tmp_path, [GOOD.encode()])
    imported(stub, path)
    *_, last = imported(stub, path)
    assert last.told == {"present": 1}
    assert failures({"present": 1, "expired": 2, "imported": 3}) == 0


def test_a_note_of_another_cache_is_refused(tmp_path: Path) -> None:
    """Its lines would be missing in this one."""
    path = written(tmp_path, [GOOD.encode()])
    imported(StubCache([]), path, pages=1)
    with pytest.raises(RefrainError, match="of another cache"):
        list(import_file(StubCache([]).connection("another"), path))


def test_a_refusal_is_typed_and_leaves_the_note(tmp_path: Path) -> None:
    """Who may not import learns it by the first page; what is done stays noted."""
    path = written(tmp_path, [json.dumps(row(str(one))).encode() for one in range(60)])
    stub = StubCache([])
    imported(stub, path, pages=1)
    stub.refusal = {"NotAllowed": "only staff"}
    with pytest.raises(Refused):
        imported(stub, path)
    stub.refusal = None
    *_, last = imported(stub, path)
    assert last.told == {"imported": 60}


def test_a_file_that_cannot_be_read_is_a_failure(tmp_path: Path) -> None:
    """The operating system's reason is passed on."""
    with pytest.raises(RefrainError, match=r"Can't read .*: No such file"):
        imported(StubCache([]), tmp_path / "missing")
