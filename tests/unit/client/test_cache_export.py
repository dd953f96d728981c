"""An export: each answer in the file once, wherever it was broken off."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refrain.client.cache_export import Exported, export
from refrain.failures import RefrainError, Refused
from tests.unit.client.stub_cache import StubCache

CONTENTS = ["plain", "süß ☕", "two\nlines", "\u2028", "fünf", ""]


def exported(stub: StubCache, path: Path, pages: int | None = None) -> Exported:
    """Export to the end, or break off behind so many pages."""
    state = Exported(0, 0, "")
    running = export(stub.connection(), path)
    for number, told in enumerate(running):
        state = told
        if number == pages:
            running.close()
            break
    return state


def lines(path: Path) -> list[dict[str, str]]:
    """Read the file."""
    return [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]


def cursor_of(path: Path) -> Path:
    """Name the note beside a file."""
    return Path(f"{path}.cursor")


def test_an_answer_is_a_line_and_the_note_is_gone(tmp_path: Path) -> None:
    """Header, content and checksum as the cache gave them, readable by the operator alone."""
    stub, path = StubCache(CONTENTS), tmp_path / "answers.jsonl"
    state = exported(stub, path)
    assert lines(path) == stub.rows
    assert state == Exported(len(CONTENTS), path.stat().st_size, "")
    assert path.stat().st_mode & 0o777 == 0o600
    assert not cursor_of(path).exists()


def test_an_empty_cache_is_an_empty_file(tmp_path: Path) -> None:
    """Nothing to export is no failure."""
    assert exported(StubCache([]), tmp_path / "empty") == Exported(0, 0, "")
    assert (tmp_path / "empty").read_bytes() == b""


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=9),
    st.integers(1, 4),
    st.lists(st.tuples(st.integers(0, 4), st.binary(max_size=9)), max_size=4),
)
def test_broken_off_anywhere_it_is_the_same_file(
    contents: list[str], page_rows: int, breaks: list[tuple[int, bytes]]
) -> None:
    """What a crash left behind the last note is cut off, and the rest is appended."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "answers"
        stub = StubCache(contents, page_rows)
        for pages, torn in breaks:
            exported(stub, path, pages)
            if not cursor_of(path).exists():
                break
            with path.open("ab") as file:
                file.write(torn)
        else:
            exported(stub, path)
        assert lines(path) == stub.rows
        assert not cursor_of(path).exists()


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    """Without a note of an export it is somebody's."""
    path = tmp_path / "answers"
    path.write_text("precious")
    with pytest.raises(RefrainError, match="is there already"):
        exported(StubCache(CONTENTS), path)
    assert path.read_text() == "precious"
    assert not cursor_of(path).exists()


def test_a_note_of_another_cache_is_refused(tmp_path: Path) -> None:
    """Its cursor would skip answers of this one."""
    path = tmp_path / "answers"
    exported(StubCache(CONTENTS), path, pages=1)
    with pytest.raises(RefrainError, match="of another cache, cache-principal"):
        list(export(StubCache(CONTENTS).connection("another"), path))


@pytest.mark.parametrize("note", ["{", "[]", '{"cache": "cache-principal", "cursor": 1}'])
def test_a_damaged_note_is_refused(tmp_path: Path, note: str) -> None:
    """It says which file to remove, and touches neither."""
    path = tmp_path / "answers"
    cursor_of(path).write_text(note)
    with pytest.raises(RefrainError, match=r"answers\.cursor is damaged"):
        exported(StubCache(CONTENTS), path)
    assert not path.exists()


def test_a_file_shorter_than_noted_is_refused(tmp_path: Path) -> None:
    """Going on would leave a hole."""
    path = tmp_path / "answers"
    exported(StubCache(CONTENTS), path, pages=1)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(RefrainError, match="is shorter than"):
        exported(StubCache(CONTENTS), path)


def test_a_folder_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    """The operating system's reason is passed on."""
    with pytest.raises(RefrainError, match="No such file"):
        exported(StubCache(CONTENTS), tmp_path / "missing" / "answers")


def test_a_refused_export_can_go_on_later(tmp_path: Path) -> None:
    """The note stays, and the refusal is typed."""
    stub, path = StubCache(CONTENTS), tmp_path / "answers"
    exported(stub, path, pages=1)
    stub.refusal = {"NotAllowed": "only a controller"}
    with pytest.raises(Refused):
        exported(stub, path)
    stub.refusal = None
    exported(stub, path)
    assert lines(path) == stub.rows
