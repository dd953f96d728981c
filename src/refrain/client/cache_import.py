"""From a file into a cache: each line on its own merits, and what is damaged told by its number."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, NamedTuple

from refrain.client.cache_shards import CacheShards
from refrain.client.cache_transfer import Bookmark
from refrain.client.refusal_texts import refused
from refrain.failures import RefrainError
from refrain_core.fingerprint import is_digest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from refrain.client.connection import Connection

DAMAGED = "damaged"
GOOD = ("imported", "present", "expired")
"""What may become of an answer that is in order."""

_FIELDS = ("header", "content", "checksum")
_FORM = {"line": int, "told": dict}
_PAGE_LINES = 50
_PAGE_BYTES = 1_000_000
_MOST_BYTES = 1_800_000
"""A message holds 2 MB."""

_TRIES = 10
_BUSY = "refused: Busy"
_TOO_LARGE = "refused: TooLarge"

Row = dict[str, str]


class Line(NamedTuple):
    """A line of the file, by its number from 1; no row where it is damaged."""

    number: int
    row: Row | None
    size_bytes: int


class Imported(NamedTuple):
    """How far an import is: the last line done, and how many answers came to what.

    `failed` are the page's lines that should have been taken and were not, and why.
    """

    line: int
    told: dict[str, int]
    failed: list[tuple[int, str]]


def import_file(connection: Connection, path: Path) -> Generator[Imported, None, None]:
    """Send a file's lines to the cache, from where an import broke off; yields after each page.

    Raises:
        RefrainError: the file can't be read.
        Refused: the cache takes no answers of this caller.
    """
    bookmark = Bookmark(path, "progress", connection.canisters["cache"])
    noted = bookmark.read(_FORM)
    state = Imported(0, {}, []) if noted is None else Imported(noted["line"], noted["told"], [])
    try:
        with path.open("rb") as file:
            yield state
            for page in _pages(_lines(file, state.line)):
                state = _advanced(state, page, _sent(connection, page))
                bookmark.write(line=state.line, told=state.told)
                yield state
    except OSError as error:
        raise RefrainError(f"Can't read {path}: {error.strerror}.") from None
    bookmark.remove()


def failures(told: dict[str, int]) -> int:
    """Count the answers that should have been taken and were not."""
    return sum(count for outcome, count in told.items() if outcome not in GOOD)


def _lines(file: IO[bytes], done: int) -> Iterator[Line]:
    for number, line in enumerate(file, 1):
        if number > done and line.strip():
            row = _row(line)
            yield Line(number, row, sum(len(text.encode()) for text in (row or {}).values()))


def _row(line: bytes) -> Row | None:
    """Read a line; the checksum is the cache's to judge."""
    try:
        value = json.loads(line)
        fields = {name: value[name] for name in _FIELDS}
        # A lone surrogate can be written in JSON, and not be sent.
        "".join(fields.values()).encode()
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return fields


def _pages(lines: Iterator[Line]) -> Iterator[list[Line]]:
    page: list[Line] = []
    size_bytes = 0
    for line in lines:
        if page and (len(page) == _PAGE_LINES or size_bytes + line.size_bytes > _PAGE_BYTES):
            yield page
            page, size_bytes = [], 0
        page.append(line)
        size_bytes += line.size_bytes
    if page:
        yield page


def _sent(connection: Connection, page: list[Line]) -> list[str]:
    """What became of each line of a page; a cache that makes room is asked again."""
    outcomes = {line.number: DAMAGED for line in page}
    waiting = {line.number: line.row for line in page if line.row is not None}
    for line in page:
        if line.size_bytes > _MOST_BYTES:
            waiting.pop(line.number, None)
            outcomes[line.number] = _TOO_LARGE
    for _ in range(_TRIES):
        if not waiting:
            break
        for cache, rows in _by_owner(CacheShards(connection), waiting).items():
            result = connection.update(cache, "import_page", list(rows.values()))
            if "Refused" in result:
                raise refused(result["Refused"])
            outcomes.update(zip(rows, result["Imported"], strict=True))
        waiting = {number: row for number, row in waiting.items() if outcomes[number] == _BUSY}
    return list(outcomes.values())


def _by_owner(shards: CacheShards, rows: dict[int, Row]) -> dict[str, dict[int, Row]]:
    """Group lines by the cache that keeps their digests; what has none is for any to judge."""
    grouped: dict[str, dict[int, Row]] = {}
    for number, row in rows.items():
        fields = row["header"].split("|", 2)
        digest = fields[1] if len(fields) > 1 else ""
        cache = shards.owner(digest) if is_digest(digest) else shards.names[0]
        grouped.setdefault(cache, {})[number] = row
    return grouped


def _advanced(state: Imported, page: list[Line], outcomes: list[str]) -> Imported:
    told = dict(state.told)
    for outcome in outcomes:
        told[outcome] = told.get(outcome, 0) + 1
    failed = [
        (line.number, outcome)
        for line, outcome in zip(page, outcomes, strict=True)
        if outcome not in GOOD
    ]
    return Imported(page[-1].number, told, failed)
