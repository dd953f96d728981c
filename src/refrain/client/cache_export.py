"""From a cache to a file: page after page, each on disk before the next is asked for."""

from __future__ import annotations

import json
import os
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from refrain.client.cache_growth import refuse_while_moving
from refrain.client.cache_shards import CacheShards
from refrain.client.cache_transfer import Bookmark
from refrain.client.refusal_texts import refused
from refrain.failures import RefrainError

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from refrain.client.connection import Connection

_FORM = {"cursor": str, "bytes": int, "answers": int}


class Exported(NamedTuple):
    """How far an export is: answers and bytes in the file, and the cursor of the next page."""

    answers: int
    size_bytes: int
    cursor: str


def export(connection: Connection, path: Path) -> Generator[Exported, None, None]:
    """Write all answers to a file, or what is missing of them; yields after each page.

    The first value tells what an export that was broken off had written. What stands in the file
    behind its last note is cut off, so that no answer is there twice.

    Raises:
        RefrainError: the file can't be written, is there already, or is not what was noted.
        Refused: the cache gives out no answers.
    """
    bookmark = Bookmark(path, "cursor", connection.canisters["cache"])
    try:
        state = _begun(path, bookmark)
        with path.open("r+b") as file:
            file.truncate(state.size_bytes)
            file.seek(state.size_bytes)
            yield state
            is_last = False
            while not is_last:
                state = _one_page(connection, file, state)
                is_last = not state.cursor
                if not is_last:
                    _note(bookmark, state)
                yield state
    except OSError as error:
        raise RefrainError(f"Can't write the export: {error}.") from None
    bookmark.remove()


def _begun(path: Path, bookmark: Bookmark) -> Exported:
    noted = bookmark.read(_FORM)
    if noted is None:
        if path.exists():
            raise RefrainError(f"{path} is there already. Name another file, or move it away.")
        state = Exported(0, 0, "")
        _note(bookmark, state)
        # Answers may be anybody's: nobody but the operator reads them.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        return state
    state = Exported(noted["answers"], noted["bytes"], noted["cursor"])
    if state.size_bytes and (not path.exists() or path.stat().st_size < state.size_bytes):
        raise RefrainError(
            f"{path} is shorter than {bookmark.path} says; remove both to begin anew."
        )
    path.touch(0o600)
    return state


def _one_page(connection: Connection, file: IO[bytes], state: Exported) -> Exported:
    page = _page(connection, state.cursor)
    written = b"".join(_line(row) for row in page["rows"])
    file.write(written)
    file.flush()
    os.fsync(file.fileno())
    answers = state.answers + len(page["rows"])
    return Exported(answers, state.size_bytes + len(written), page["next"])


def _page(connection: Connection, cursor: str) -> dict[str, Any]:
    """Ask for a page; of several caches, a cursor names the one that it is of."""
    shards = CacheShards(connection)
    refuse_while_moving(shards)
    caches = sorted(shards.names)
    named, _, own = cursor.rpartition(" ")
    cache = named or caches[0]
    if cache not in caches:
        raise RefrainError(f"The cache {cache} has left: remove the export and begin anew.")
    result = connection.query(cache, "export_page", own)
    if "Refused" in result:
        raise refused(result["Refused"])
    page: dict[str, Any] = result["Exported"]
    following = caches[caches.index(cache) + 1 :]
    if page["next"] and len(caches) > 1:
        return {**page, "next": f"{cache} {page['next']}"}
    return {**page, "next": page["next"] or (f"{following[0]} " if following else "")}


def _line(row: dict[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def _note(bookmark: Bookmark, state: Exported) -> None:
    bookmark.write(cursor=state.cursor, bytes=state.size_bytes, answers=state.answers)
