"""Everything that the cache holds, page by page."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from refrain.client.cache_shards import CacheShards
from refrain.client.refusal_texts import refused
from refrain_core.fingerprint import sample_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from refrain.client.asking import Asked

_PAGE_ROWS = 100


def listed_answers(
    connection: Asked, namespace: str | None, most: int | None, page_read: Callable[[], None]
) -> Iterator[dict[str, Any]]:
    """Iterate over at most `most` answers, of one namespace or of all that may be seen.

    Each is a ListedAnswer, and as `slot_digest` under which digest it is found: a sample has one
    of its own. `page_read` is called after each page, which may well be empty.

    Raises:
        Refused: the cache would not list them.
    """
    return islice(_all_rows(connection, namespace or "", most, page_read), most)


def _all_rows(
    connection: Asked, namespace: str, most: int | None, page_read: Callable[[], None]
) -> Iterator[dict[str, Any]]:
    for cache in CacheShards(connection).names:
        yield from _rows_of(connection, cache, namespace, most, page_read)


def _rows_of(
    connection: Asked, cache: str, namespace: str, most: int | None, page_read: Callable[[], None]
) -> Iterator[dict[str, Any]]:
    cursor = ""
    rows_asked = _PAGE_ROWS if most is None else min(most, _PAGE_ROWS)
    while True:
        result = connection.query(cache, "list_answers", namespace, cursor, rows_asked)
        if "Refused" in result:
            raise refused(result["Refused"])
        page = result["Listed"]
        page_read()
        for row in page["rows"]:
            yield {**row, "slot_digest": sample_digest(row["digest"], row["sample"])}
        cursor = page["next"]
        if not cursor:
            return
